"""Who a Principal element names, how far a grant to it reaches, and principals stored as unique ids.

Source: IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal" (rules 6, 10 and 11 of
`combine`). A principal is a chain of names: its account, the role behind a session, itself. Wildcards
have no meaning inside a principal; a lone `*` is everyone, anonymous callers too.

A stored trust or bucket policy holds the unique id of a user or role instead of its ARN, so that a new one
with the same name gets no access. `renamed` replaces one by the other; the store knows both.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from watchword.names import Principal
from watchword.names.principal import FederatedUser, RoleSession, Root, Saml, Service, User, WebIdentity
from watchword.policy.language.grammar import EVERYONE, Principals, Statement
from watchword.policy.language.shared import shared

DIRECT: Final = 1
"""A grant names the caller itself: a user, a session, a service, a provider, or everyone."""
BEHIND: Final = 2
"""It names the role of a session, or the user who asked for a federated session."""
ACCOUNT: Final = 4
"""It names the caller's account, which may delegate."""


class Names(Struct, frozen=True):
    """The identifiers under which a Principal element can name a caller."""

    type: str = "AWS"
    reached: Mapping[str, int] = {}
    """Identifier -> what a grant to it reaches."""
    chain: tuple[frozenset[str], ...] = ()
    """What NotPrincipal must list, all of it, to exempt this caller from a Deny."""
    account: str = ""
    in_session: bool = False
    """Whether it is a role's session or a federated user's."""


def names_of(principal: Principal) -> Names:  # noqa: PLR0911 one for each kind of principal
    """Rule 10: ARNs and unique ids; an id is never given to a second user or role."""
    match principal:
        case User():
            return _of_account(principal, _known(principal.arn, principal.unique_id))
        case RoleSession():
            role = _known(principal.role_arn, principal.unique_id)
            return _of_account(principal, {principal.arn}, role, (role,))
        case FederatedUser():
            return _of_account(principal, {principal.arn}, _known(principal.user_arn, principal.user_id), ())
        case Root():
            return _of_account(principal, ())
        case Service():
            return _without_account("Service", principal.name)
        case WebIdentity() | Saml():
            return _without_account("Federated", principal.provider)
    return Names()


class Grantees(Struct, frozen=True):
    """A Principal or NotPrincipal element, compiled."""

    listed: Mapping[str, frozenset[str]]
    """Identifiers by their type."""
    everyone: bool
    negated: bool

    def reach(self, names: Names, *, deny: bool, bounded: bool) -> int:
        """What of DIRECT, BEHIND and ACCOUNT is reached of a caller; `bounded` when it has a boundary."""
        listed = self.listed.get(names.type, _NOTHING)
        if self.negated:
            return 0 if self._exempts(listed, names, deny=deny, bounded=bounded) else DIRECT
        reached = DIRECT if self.everyone else 0
        for name, bits in names.reached.items():
            if name in listed:
                reached |= bits
        return reached

    def _exempts(self, listed: frozenset[str], names: Names, *, deny: bool, bounded: bool) -> bool:
        """Rule 11: a Deny exempts only callers without a boundary, if their whole chain is listed."""
        if deny and bounded:
            return False
        found = [not listed.isdisjoint(link) for link in names.chain if link]
        return self.everyone or (bool(found) and all(found) if deny else any(found))


def named(elements: Sequence[Grantees]) -> frozenset[str] | None:
    """All identifiers that these elements list: they reach all callers alike that have none of them.

    None where one is a NotPrincipal, which does not.
    """
    if any(each.negated for each in elements):
        return None
    return frozenset().union(*(listed for each in elements for listed in each.listed.values()))


@shared
def grantees(element: Principals) -> Grantees:
    """Equal elements are compiled once."""
    listed = {type_: frozenset(identifiers) for type_, identifiers in element.entries}
    everyone = element.everyone or EVERYONE in listed.get("AWS", _NOTHING)
    return Grantees(listed, everyone, element.negated)


def renamed(statements: tuple[Statement, ...], names: Mapping[str, str]) -> tuple[Statement, ...]:
    """The statements with AWS principals replaced as `names` says; others stay."""
    return tuple(
        statement
        if statement.principal is None
        else replace(statement, principal=_renamed(statement.principal, names))
        for statement in statements
    )


def _renamed(element: Principals, names: Mapping[str, str]) -> Principals:
    return replace(
        element,
        entries=tuple(
            (type_, tuple(names.get(each, each) for each in ids) if type_ == "AWS" else ids)
            for type_, ids in element.entries
        ),
    )


def _of_account(
    principal: User | RoleSession | FederatedUser | Root,
    itself: Iterable[str],
    behind: Iterable[str] = (),
    links: tuple[frozenset[str], ...] = (),
) -> Names:
    account = frozenset({principal.account, f"arn:{principal.partition}:iam::{principal.account}:root"})
    itself = frozenset(itself)
    reached: dict[str, int] = {}
    for bit, names in ((ACCOUNT, account), (BEHIND, behind), (DIRECT, itself)):
        for each in names:
            reached[each] = reached.get(each, 0) | bit
    in_session = isinstance(principal, RoleSession | FederatedUser)
    return Names("AWS", reached, (account, *links, itself), principal.account, in_session)


def _without_account(type_: str, name: str) -> Names:
    return Names(type_, {name: DIRECT}, (frozenset({name}),))


def _known(*names: str) -> frozenset[str]:
    """The names that are known: an empty one names nothing."""
    return frozenset(filter(None, names))


_NOTHING = frozenset[str]()
