"""Credentials of users."""
