"""What came of an import, or would: numbers, what can't be reproduced, and what stands in the way."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

MAKE: Final = "make"
SAME: Final = "same"
REPLACE: Final = "replace"
DIFFERS: Final = "differs"

MOST_PROBLEMS = 100
"""Lines about what is wrong, before it is said that there are more."""
NEVER_IN_THE_FORM = (
    "passwords, access keys, MFA devices, SSH keys and certificates, service-specific credentials, identity "
    "providers, the password policy and the alias of an account aren't in such files"
)


@dataclass
class Report:
    """Filled while files are read and entities are written."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(account, type of entity, what becomes of it) -> how many."""
    new_accounts: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Why nothing was written."""
    differences: list[str] = field(default_factory=list)
    """What is otherwise here than in the files."""
    notes: Counter[str] = field(default_factory=Counter)
    """What can't be reproduced, or not yet -> of how many entities."""

    @property
    def full(self) -> bool:
        """Whether there are enough problems to stop looking for more."""
        return len(self.problems) >= MOST_PROBLEMS

    def number(self, *outcomes: str) -> int:
        """Of how many entities one of these became."""
        return sum(count for (_, _, outcome), count in self.counts.items() if outcome in outcomes)
