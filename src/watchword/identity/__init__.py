"""Floor 4: the rules of users, groups, roles and managed policies. Functions of a transaction and values."""
