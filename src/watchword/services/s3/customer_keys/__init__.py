"""Server-side encryption with keys that the customer sends (SSE-C)."""
