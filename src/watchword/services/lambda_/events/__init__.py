"""Events: invocations that nobody waits for."""

from watchword.services.lambda_.events.performing import TOPIC, perform

__all__ = ["TOPIC", "perform"]
