"""What decisions are made from: loaded once, kept while true."""

from watchword.facts.facts import Facts
from watchword.facts.load import BucketFact, KeyFact, RoleFact

__all__ = ["BucketFact", "Facts", "KeyFact", "RoleFact"]
