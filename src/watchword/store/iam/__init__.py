"""IAM: users, groups, roles, policies, and what belongs to them. A file for each noun."""
