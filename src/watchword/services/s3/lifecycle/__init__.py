"""Lifecycle of objects: the rules of a bucket, what they say of a version, and how that is done."""
