"""What `watchword serve` runs: a server that keeps its data (`kept`), or one for tests (`ephemeral`)."""
