"""What the checks look at: one statement, and what they need to know of its document.

A check is a function of a Subject that yields findings whose paths start at the statement. Values of an
element have their index in the path even where the document has a single value; `lint` leaves that out.
"""

from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from watchword.policy.checking.catalogue import Catalogue
from watchword.policy.checking.findings import Finding
from watchword.policy.checking.validate import DocumentKind
from watchword.policy.evaluation.conditions import NULL, Operator, operator
from watchword.policy.language.grammar import Condition, Effect, Statement, element_name
from watchword.policy.language.match import is_wild
from watchword.policy.language.text import Path

IDENTITY_KINDS = frozenset(
    {
        DocumentKind.MANAGED,
        DocumentKind.USER_INLINE,
        DocumentKind.GROUP_INLINE,
        DocumentKind.ROLE_INLINE,
        DocumentKind.SESSION,
        DocumentKind.IDENTITY,
    }
)
RESOURCE_KINDS = frozenset({DocumentKind.S3_BUCKET, DocumentKind.RESOURCE})

Found = Iterator[Finding]


class Subject(Struct, frozen=True):
    """A statement, the kind and Version of its document, and the catalogue, where there is one."""

    statement: Statement
    kind: DocumentKind
    version: str | None
    catalogue: Catalogue | None = None

    @property
    def allows(self) -> bool:
        return self.statement.effect is Effect.ALLOW

    @property
    def keys(self) -> frozenset[str]:
        """The keys of its conditions, in lower case."""
        return frozenset(each.key.lower() for each in self.statement.conditions)

    def conditions(self) -> Iterator[tuple[Condition, Operator, Path]]:
        """The conditions whose operator exists, with the operator and the path of each."""
        for each in self.statement.conditions:
            found = operator(each.operator)
            if found is not None:
                yield each, found, ("Condition", each.operator, each.key)

    def actions(self) -> Iterator[tuple[str, Path]]:
        """The patterns of Action or NotAction, and their paths."""
        name = element_name("Action", self.statement.action)
        for index, each in enumerate(self.statement.action.values):
            yield each, (name, index)

    def resources(self) -> Iterator[tuple[str, Path]]:
        """The patterns of Resource or NotResource, and their paths."""
        resource = self.statement.resource
        if resource is not None:
            for index, each in enumerate(resource.values):
                yield each, (element_name("Resource", resource), index)

    def principals(self) -> Iterator[tuple[str, str, Path]]:
        """The type, name and path of each principal."""
        element = self.statement.principal
        for kind, names in element.entries if element is not None else ():
            for index, name in enumerate(names):
                yield kind, name, (element_name("Principal", element), kind, index)

    def named(self, kind: str) -> tuple[str, ...]:
        """The principals of one type that its Principal element names."""
        element = self.statement.principal
        return () if element is None or element.negated else element.named(kind)


Check = Callable[[Subject], Found]


def is_plain(found: Operator) -> bool:
    """Whether a condition with this operator compares one value, which a request must have to meet it."""
    return not (found.negated or found.if_exists or found.quantifier or found.name == NULL)


def is_open(text: str) -> bool:
    """Whether it has a wildcard or a variable, and so may match many texts."""
    return is_wild(text) or "$" in text


def under(at: Path, found: Found) -> Found:
    """The same findings, with `at` before their paths."""
    return (replace(each, path=(*at, *each.path)) for each in found)
