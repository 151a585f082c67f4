"""The rules of organizations: who joins and leaves, what the tree looks like, which policies are attached."""
