"""A whole policy document: `Policy.parse(text)` and `str(policy)`, each the other's inverse.

Two policies are equal when they say the same, whatever their white space. What a policy means is compiled
at first use and kept with it, so every engine that holds the same Policy shares it.
"""

from collections.abc import Mapping
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, Self

from msgspec import Struct

from watchword.policy.evaluation.compile import Rule
from watchword.policy.evaluation.principals import renamed
from watchword.policy.language.grammar import VARIABLES_SINCE, Statement
from watchword.policy.language.parse import parse
from watchword.policy.language.print import print_policy

if TYPE_CHECKING:
    from watchword.policy.evaluation.layers import Layers

_NUMBERS = count()


class Policy(Struct, frozen=True, dict=True):
    """One policy document. `parse` raises `PolicyError`, an AwsError, for a text that is no policy."""

    statements: tuple[Statement, ...]
    version: str | None = None
    id: str | None = None

    @classmethod
    def parse(cls, source: str | bytes) -> Self:
        version, identifier, statements = parse(source)
        return cls(statements, version, identifier)

    def __str__(self) -> str:
        return print_policy(self.version, self.id, self.statements)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The statements, compiled."""
        variables = self.version == VARIABLES_SINCE
        return tuple(
            [Rule(statement, index, variables=variables) for index, statement in enumerate(self.statements)]
        )

    @cached_property
    def number(self) -> int:
        """Which object this is: no later one has the same, even if this one is gone."""
        return next(_NUMBERS)

    @cached_property
    def attached(self) -> "dict[str, Layers]":
        """What it is compiled to as a resource's policy, by its name there."""
        return {}

    def renamed(self, names: Mapping[str, str]) -> Self:
        """The policy with its AWS principals replaced as `names` says; the others stay (rule 10)."""
        return type(self)(renamed(self.statements, names), self.version, self.id)


class Origin(NamedTuple):
    """Which policy a statement is from. It doesn't hold the policy, so what is compiled can refer to it."""

    number: int
    """Of the Policy object."""
    name: str
    level: str

    @property
    def arn(self) -> str | None:
        """The ARN of the policy, when it has one."""
        return self.name if self.name.startswith("arn:") else None


class Source:
    """A policy as it is attached: with its ARN, or with its name when it is inline.

    `level` is what explanations call the level of an organization where it is attached. Two are equal when
    they hold the same Policy object under the same name there; its statements are not compared.
    """

    __slots__ = ("key", "level", "name", "policy")

    def __init__(self, policy: Policy, name: str = "", level: str = "") -> None:
        self.policy = policy
        self.name = name
        self.level = level
        self.key = Origin(policy.number, name, level)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Source({self.name or 'inline'!r})"

    @property
    def arn(self) -> str | None:
        """Its ARN, when it has one."""
        return self.key.arn
