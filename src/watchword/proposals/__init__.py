"""Policies that aren't attached yet: the audit log is replayed to see what they would have changed."""
