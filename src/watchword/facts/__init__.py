"""What decisions are made from: loaded once, kept while true."""

from watchword.facts.buckets import BucketFact
from watchword.facts.credentials import KeyFact
from watchword.facts.entities import RoleFact
from watchword.facts.facts import Facts

__all__ = ["BucketFact", "Facts", "KeyFact", "RoleFact"]
