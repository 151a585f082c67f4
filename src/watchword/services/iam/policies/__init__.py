"""Policies: managed ones and their versions, inline ones, boundaries, and what they are attached to."""
