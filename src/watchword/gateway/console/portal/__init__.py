"""The access portal of IAM Identity Center: where people sign in, see their roles, and let programs in."""
