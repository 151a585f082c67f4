"""Users, groups, roles, policies, and what hangs on them: a file for each noun of IAM."""
