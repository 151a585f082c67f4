"""The rules of IAM Identity Center: of people and groups, and of roles for permission sets."""
