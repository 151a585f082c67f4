"""Floor 2: what a caller can show besides a signature, and the keyring that seals it."""
