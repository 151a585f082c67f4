"""The words of a policy: text to values and back, patterns, variables."""
