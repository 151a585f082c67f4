"""Managed policies and their versions, inline policies, attachments, permissions boundaries."""
