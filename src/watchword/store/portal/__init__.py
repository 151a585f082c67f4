"""What people of IAM Identity Center hold, and what programs wait for."""
