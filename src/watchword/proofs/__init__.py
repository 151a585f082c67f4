"""Floor 2: session tokens and authorization messages, and the keyring that encrypts them."""
