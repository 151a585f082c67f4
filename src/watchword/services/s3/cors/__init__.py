"""What pages of other origins may do with a bucket."""
