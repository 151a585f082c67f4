"""Notifications: which functions are told of what happens in a bucket."""
