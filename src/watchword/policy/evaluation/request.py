"""A request to be decided: who wants to do what on which resource, in which context.

Source: IAM User Guide, "Policy evaluation logic" (rule 1 of `combine`). Condition keys have no case, so they
are folded here (`watchword.names.fold`); a context that has one key in two cases is refused. Values are text,
or tuples of text; an empty tuple counts as a missing key. Nothing is added to the context.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct, field
from msgspec.structs import force_setattr

from watchword.names import Principal
from watchword.names.fold import fold
from watchword.policy.evaluation.combine import binds_rcps
from watchword.policy.language.variables import Value

ROLE = "role"
KMS_KEY = "kms-key"
OTHERS_OBJECT = "others-object"
"""An object of S3 that belongs to another account than its bucket."""
EXPLICIT = (ROLE, KMS_KEY, OTHERS_OBJECT)
"""Resources whose policies must allow explicitly, even within one account."""


class Later(Mapping[str, Value]):
    """A context that is gathered when a statement first asks for it: most have no conditions.

    `gather` gives the same whenever it is called: it only reads values that never change.
    """

    __slots__ = ("_found", "_gather")

    def __init__(self, gather: Callable[[], Mapping[str, Value]]) -> None:
        self._gather = gather
        self._found: dict[str, Value] | None = None

    @property
    def gathered(self) -> dict[str, Value]:
        if self._found is None:
            self._found = _folded(self._gather())
        return self._found

    def get(self, key: str, default: Any = None, /) -> Any:  # noqa: ANN401 as Mapping has it
        return self.gathered.get(key, default)

    def __getitem__(self, key: str) -> Value:
        return self.gathered[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.gathered)

    def __len__(self) -> int:
        return len(self.gathered)

    def __contains__(self, key: object) -> bool:
        return key in self.gathered


class Request(Struct, frozen=True):
    """`principal` wants to do `action` on `resource`: an ARN, or "*" for an action that has no resource."""

    principal: Principal
    action: str
    resource: str
    context: Mapping[str, Value] = field(default_factory=dict)
    resource_account: str | None = None
    """Who owns the resource; by default the account in its ARN, or else the principal's."""
    resource_type: str | None = None
    """One of EXPLICIT, or None."""
    service_linked: bool = False
    """Whether the caller is a service-linked role."""
    principal_account_is_management: bool = False
    resource_account_is_management: bool = False
    name: str = ""
    """Worked out: the action folded, since actions are compared without case."""
    setting: str = ""
    """Worked out: all that decides which policies bind this request, as one text, whose hash is known."""

    def __post_init__(self) -> None:
        if not isinstance(self.context, Later):
            force_setattr(self, "context", _folded(self.context))
        force_setattr(self, "name", fold(self.action))
        if self.resource_account is None:
            force_setattr(self, "resource_account", self._owner())
        setting = _setting(
            self.resource_account,
            self.resource_type,
            self.service_linked,
            self.principal_account_is_management,
            self.resource_account_is_management,
            self.name,
        )
        force_setattr(self, "setting", setting)

    @property
    def size(self) -> int:
        """The characters of all texts that patterns may be compared with."""
        texts = [value if isinstance(value, str) else "".join(value) for value in self.context.values()]
        return len(self.resource) + sum(map(len, texts))

    def _owner(self) -> str:
        parts = self.resource.split(":", 5)
        return (parts[4] if len(parts) == 6 else "") or self.principal.account  # noqa: PLR2004 an ARN


def _folded(given: Mapping[str, Value]) -> dict[str, Value]:
    folded = {fold(key): value for key, value in given.items() if value != ()}
    if len(folded) != len(given) and len(folded) != sum(value != () for value in given.values()):
        raise ValueError("a context key is given twice, in different case")
    return folded


@lru_cache(maxsize=1024)
def _setting(*given: object) -> str:
    """What is given, but of the action only whether RCPs bind it. The same object for most requests."""
    *others, name = given
    return repr((*others, binds_rcps(str(name))))
