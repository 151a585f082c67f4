"""Kubernetes clusters, and the roles of their pods."""
