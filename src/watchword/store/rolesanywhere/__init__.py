"""Nouns of IAM Roles Anywhere: which authorities an account trusts, for which roles, and who came."""
