"""Policy tests: given policies, when a request, then a verdict, and because of what; written in YAML.

docs/policy-tests.md is the manual. `watchword test` and the pytest plugin (`watchword.testing`) run them.
"""

from watchword.policy_tests.case import Case
from watchword.policy_tests.written import SUFFIXES, Unreadable, find, read

__all__ = ["SUFFIXES", "Case", "Unreadable", "find", "read"]
