"""Temporary delegation: an account asks another one for permissions, for some hours."""
