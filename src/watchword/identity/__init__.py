"""Floor 4: rules for users, groups, roles and managed policies, as functions of a transaction and values."""
