"""Watchword: a self-hosted identity and access system with the interfaces of AWS IAM and STS."""

__version__ = "0.1.0"
