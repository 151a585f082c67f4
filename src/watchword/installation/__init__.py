"""Floor 5: what an installation is made of: settings, data directory, root key, first account."""
