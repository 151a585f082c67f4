"""Who may do what with buckets and objects: policies, ACLs, owners, public access blocks."""
