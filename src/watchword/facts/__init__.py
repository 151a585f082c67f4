"""What decisions are made from: loaded once, kept while true."""

from watchword.facts.facts import Facts

__all__ = ["Facts"]
