"""Floor 4: the rules for users, groups, roles and managed policies that need no decision."""
