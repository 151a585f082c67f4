"""Versions of objects: which a bucket keeps, which a request names, and lists of them."""
