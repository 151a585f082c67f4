"""What Lambda stores."""
