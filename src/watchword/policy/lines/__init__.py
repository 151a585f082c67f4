"""JSON Lines in, JSON Lines out: decisions and checks in batches."""
