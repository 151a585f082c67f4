"""What decisions are made from: loaded once, kept while true."""

from watchword.facts.facts import Cold, Facts
from watchword.facts.load import BucketFact, KeyFact, RoleFact

__all__ = ["BucketFact", "Cold", "Facts", "KeyFact", "RoleFact"]
