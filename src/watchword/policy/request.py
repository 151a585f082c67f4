"""A question to the engine.

Source: IAM User Guide, "Policy evaluation logic" (rule 1 of `combine`). Condition keys are named without
case, so a context is folded to lower case at birth; a key given twice in two cases is refused. Values are
text or tuples of text; an empty tuple is a missing key. Nothing is added to a context here.
"""

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import force_setattr

from watchword.names import Principal
from watchword.policy.variables import Value, fold

ROLE = "role"
KMS_KEY = "kms-key"


class Request(Struct, frozen=True):
    """`principal` wants to do `action` on `resource`, an ARN, or "*" where the action names none."""

    principal: Principal
    action: str
    resource: str
    context: Mapping[str, Value] = field(default_factory=dict)
    resource_account: str | None = None
    """Who owns the resource; by default the account in its ARN, or else the principal's."""
    resource_type: str | None = None
    """ROLE or KMS_KEY, whose policies must allow explicitly even within one account."""
    service_linked: bool = False
    """Whether the caller is a service-linked role."""
    principal_account_is_management: bool = False
    resource_account_is_management: bool = False
    name: str = ""
    """Worked out: the action in lower case, for actions are compared without case."""
    standing: tuple[str | None, str | None, bool, bool, bool] | None = None
    """Worked out: what else, beside the documents, decides who sits in judgement."""

    def __post_init__(self) -> None:
        given = self.context
        folded = {fold(key): value for key, value in given.items() if value != ()}
        if len(folded) != len(given) and len(folded) != sum(value != () for value in given.values()):
            raise ValueError("a context key stands twice, in different case")
        force_setattr(self, "context", folded)
        force_setattr(self, "name", fold(self.action))
        if self.resource_account is None:
            force_setattr(self, "resource_account", self._owner())
        standing = (
            self.resource_account,
            self.resource_type,
            self.service_linked,
            self.principal_account_is_management,
            self.resource_account_is_management,
        )
        force_setattr(self, "standing", standing)

    def _owner(self) -> str:
        parts = self.resource.split(":", 5)
        return (parts[4] if len(parts) == 6 else "") or self.principal.account  # noqa: PLR2004 an ARN
