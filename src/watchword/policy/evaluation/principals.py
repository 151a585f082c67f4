"""Whom a Principal element means, how far a grant to it reaches, and principals stored as unique ids.

Source: IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal" (rules 6, 10 and 11 of
`combine`). A principal is a chain of names: its account, the role behind a session, itself. Wildcards
have no meaning inside a principal; a lone `*` is everybody, anonymous callers too.

A stored trust or bucket policy holds the unique id of a user or role in place of its ARN, so that one made
again under the same name is not let in. `renamed` puts the one in place of the other; the store knows both.
"""

from collections.abc import Mapping
from enum import IntFlag

from msgspec import Struct
from msgspec.structs import replace

from watchword.names import Principal
from watchword.names.principal import FederatedUser, RoleSession, Root, Saml, Service, User, WebIdentity
from watchword.policy.language.grammar import EVERYONE, Effect, Principals, Statement


class Reach(IntFlag):
    """What a resource policy's grant names, hence what can still limit it."""

    NOBODY = 0
    DIRECT = 1
    """The caller itself: a user, a session, a service, a provider, or everybody."""
    BEHIND = 2
    """Who stands behind a session: its role, or the user who asked for a federated session."""
    ACCOUNT = 4
    """The caller's account, which may delegate."""


class Names(Struct, frozen=True):
    """The identifiers under which a Principal element can name a caller."""

    kind: str = "AWS"
    direct: frozenset[str] = frozenset()
    behind: frozenset[str] = frozenset()
    account: frozenset[str] = frozenset()
    chain: tuple[frozenset[str], ...] = ()
    """What NotPrincipal must list, all of it, to spare this caller from a Deny."""
    in_session: bool = False
    """Whether it is a role's session or a federated user's."""


def names_of(principal: Principal) -> Names:  # noqa: PLR0911 one for each kind of principal
    """Rule 10: ARNs and unique ids; an id is never given to a second user or role."""
    match principal:
        case User():
            itself, account = _known(principal.arn, principal.unique_id), _account(principal)
            return Names("AWS", itself, account=account, chain=(account, itself))
        case RoleSession():
            itself, account = frozenset({principal.arn}), _account(principal)
            role = _known(principal.role_arn, principal.unique_id)
            return Names("AWS", itself, role, account, (account, role, itself), in_session=True)
        case FederatedUser():
            itself, account = frozenset({principal.arn}), _account(principal)
            user = _known(principal.user_arn)
            return Names("AWS", itself, user, account, (account, itself), in_session=True)
        case Root():
            account = _account(principal)
            return Names("AWS", account=account, chain=(account,))
        case Service():
            itself = frozenset({principal.name})
            return Names("Service", itself, chain=(itself,))
        case WebIdentity() | Saml():
            itself = frozenset({principal.provider})
            return Names("Federated", itself, chain=(itself,))
    return Names()


def reach(element: Principals, names: Names, *, effect: Effect, bounded: bool) -> Reach:
    """How a statement's Principal or NotPrincipal reaches a caller; `bounded` when that has a boundary."""
    listed = frozenset(element.named(names.kind))
    everyone = element.everyone or EVERYONE in element.named("AWS")
    if element.negated:
        return _reach_unless(listed, names, everyone=everyone, effect=effect, bounded=bounded)
    found = Reach.DIRECT if everyone or not listed.isdisjoint(names.direct) else Reach.NOBODY
    found |= Reach.NOBODY if listed.isdisjoint(names.behind) else Reach.BEHIND
    return found | (Reach.NOBODY if listed.isdisjoint(names.account) else Reach.ACCOUNT)


def _reach_unless(
    listed: frozenset[str], names: Names, *, everyone: bool, effect: Effect, bounded: bool
) -> Reach:
    """Rule 11: a Deny spares only a caller whose whole chain is listed, and never one with a boundary."""
    named = [not listed.isdisjoint(link) for link in names.chain if link]
    if effect is Effect.DENY:
        spared = not bounded and (everyone or (bool(named) and all(named)))
    else:
        spared = everyone or any(named)
    return Reach.NOBODY if spared else Reach.DIRECT


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
            (kind, tuple(names.get(each, each) for each in ids) if kind == "AWS" else ids)
            for kind, ids in element.entries
        ),
    )


def _known(*names: str) -> frozenset[str]:
    """The names that are known: an empty one names nobody."""
    return frozenset(filter(None, names))


def _account(principal: User | RoleSession | FederatedUser | Root) -> frozenset[str]:
    root = f"arn:{principal.partition}:iam::{principal.account}:root"
    return frozenset({principal.account, root})
