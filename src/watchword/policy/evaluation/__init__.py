"""Policies compiled, and a request decided by them, with its reasons."""
