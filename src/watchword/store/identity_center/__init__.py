"""IAM Identity Center: instances, the people in their directories, and what these may do in accounts."""
