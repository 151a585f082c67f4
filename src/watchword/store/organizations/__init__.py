"""Organizations, a module for each noun: the tree of accounts, and the policies above them."""
