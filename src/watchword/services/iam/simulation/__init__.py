"""IAM's policy simulator: decisions on requests that were never sent."""
