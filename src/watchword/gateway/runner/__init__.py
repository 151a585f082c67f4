"""Carries executions of state machines on (docs/decisions/0016)."""

from watchword.gateway.runner.runner import Runner

__all__ = ["Runner"]
