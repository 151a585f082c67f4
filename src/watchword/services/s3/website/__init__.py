"""Buckets as websites: their configuration, and where objects redirect to. `gateway.websites` serves them."""
