"""Instance metadata on hosts that are no instances of EC2: what SDKs and agents ask at 169.254.169.254.

`instance` is what is told, `tree` where it stands, `session_tokens` are those of version 2, and `endpoint` is
the order of checks. Source: Amazon EC2 User Guide, "Use instance metadata".
"""
