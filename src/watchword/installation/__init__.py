"""Floor 5: an installation: settings, data directory, root key, first account."""
