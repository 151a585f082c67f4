"""Multipart uploads: parts, and the object that they become."""
