"""Floor 4: sessions: made by rules, sealed into tokens, limited, revoked."""

from watchword.sessions.session import Session

__all__ = ["Session"]
