"""Server access logs: what was requested of a bucket, in objects of another bucket."""
