"""Upkeep of bytes: those that no row has are removed, all others are compared with their checksums."""
