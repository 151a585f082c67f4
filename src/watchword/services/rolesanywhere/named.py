"""How requests name a resource: by its id, by its ARN, or by the ARN of its alias.

    uuid    arn:aws:rolesanywhere:REGION:ACCOUNT:trust-anchor/uuid    ...:alias/trust-anchor/NAME

Each is looked up once, before the decision. The decision is made on the ARN with the id, so a policy that
names it can't be passed by with an alias. What isn't there is decided on as it was named. Only resources of
the caller's own account, partition and Region can be there.
Source: IAM Roles Anywhere API Reference, "TrustAnchorIdentifier" and its siblings; Service Authorization
Reference, "AWS Identity and Access Management Roles Anywhere".
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from msgspec import Struct

from watchword.access import Demand
from watchword.facts import Facts
from watchword.facts.anchors import ALIAS, CRL, PROFILE, SUBJECT, TRUST_ANCHOR, UUID_FORM, Tagged
from watchword.facts.fact import Fact
from watchword.names import Arn, nouns
from watchword.names.ids import is_account_id
from watchword.services.operation import Call, Demands
from watchword.services.resources import NONE, Attached, Keys
from watchword.services.rolesanywhere.errors import invalid, not_found
from watchword.store.rolesanywhere import crls, profiles, subjects, trust_anchors

SERVICE = "rolesanywhere"
FACTS: Mapping[str, Fact[[str, str, str], Tagged[Any]]] = {
    nouns.TRUST_ANCHOR: TRUST_ANCHOR,
    nouns.PROFILE: PROFILE,
    nouns.CRL: CRL,
    nouns.SUBJECT: SUBJECT,
}
_BY_ID: Mapping[str, Callable[..., Any]] = {
    nouns.TRUST_ANCHOR: trust_anchors.by_id,
    nouns.PROFILE: profiles.by_id,
    nouns.CRL: crls.by_id,
    nouns.SUBJECT: subjects.by_id,
}
_MEMBERS = {
    nouns.TRUST_ANCHOR: "trustAnchorId",
    nouns.PROFILE: "profileId",
    nouns.CRL: "crlId",
    nouns.SUBJECT: "subjectId",
}
_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9_/-]{0,255}")
_REGION = re.compile(r"[a-z0-9-]{1,63}")


class Named(Struct, frozen=True):
    """A resource as a request names it; `reference` is its id, or `alias/` and an alias."""

    kind: str
    account: str
    region: str
    reference: str
    partition: str = "aws"

    @classmethod
    def of(cls, arn: Arn) -> "Named | None":
        """None for the ARN of anything else."""
        kind, slash, rest = arn.resource.removeprefix(ALIAS).partition("/")
        aliased = arn.resource.startswith(ALIAS)
        if arn.service != SERVICE or kind not in FACTS or not slash:
            return None
        if not (is_account_id(arn.account) and _REGION.fullmatch(arn.region)):
            return None
        if not (_ALIAS if aliased else UUID_FORM).fullmatch(rest):
            return None
        reference = f"{ALIAS}{rest}" if aliased else rest
        return cls(kind, arn.account, arn.region, reference, arn.partition)

    @property
    def arn(self) -> str:
        alias, name = self.reference.startswith(ALIAS), self.reference.removeprefix(ALIAS)
        resource = f"{ALIAS if alias else ''}{self.kind}/{name}"
        return f"arn:{self.partition}:{SERVICE}:{self.region}:{self.account}:{resource}"


def read(call: Call, text: str, kind: str) -> Named:
    """The resource that a text names. Raises ValidationException."""
    if UUID_FORM.fullmatch(text):
        return Named(kind, call.account, call.context.region, text, call.partition)
    found = read_arn(text)
    if found.kind != kind:
        raise invalid(f"{text} is not the id or ARN of a {kind}.")
    return found


def read_arn(text: str) -> Named:
    """The resource of an ARN. Raises ValidationException."""
    try:
        found = Named.of(Arn.parse(text))
    except ValueError:
        found = None
    if found is None:
        raise invalid(f"{text} is not the ARN of a resource of Roles Anywhere.")
    return found


def at(facts: Facts, named: Named) -> Tagged[Any] | None:
    """What is there. No other ARN names the same thing, but that of its alias."""
    found = facts.get(FACTS[named.kind], named.account, named.region, named.reference)
    return found if found and found.record.partition == named.partition else None


def look_up(call: Call, named: Named) -> Tagged[Any] | None:
    """What all of a call works with; None where there is nothing."""
    look: Callable[[], Tagged[Any] | None] = partial(at, call.world.facts, named)
    return call.resolve(named.kind, named.arn, look)


def attached(facts: Facts, _action: str, arn: Arn) -> Attached | None:
    """What decisions need to know of a resource, whether it is there or not: whose it is, and its tags."""
    named = Named.of(arn)
    return of_resource(named, at(facts, named)) if named else None


def of_resource(named: Named, found: Tagged[Any] | None) -> Attached:
    return Attached(named.account, tags=found.tags if found else NONE, region=named.region)


def demand(call: Call, named: Named, keys: Keys = NONE) -> Demand:
    """The operation's action on that resource."""
    found = look_up(call, named)
    arn = found.record.arn if found else named.arn
    return of_resource(named, found).demand(f"{SERVICE}:{call.name}", arn, keys)


def on(kind: str) -> Demands:
    """For operations on a resource of that kind."""
    return lambda call: (demand(call, _named(call, kind)),)


def on_everything(call: Call) -> tuple[Demand, ...]:
    """For operations that have no resource."""
    return (Demand(f"{SERVICE}:{call.name}", "*", call.account),)


def current(call: Call, kind: str) -> Any:  # noqa: ANN401 a record of that kind
    """The resource that was decided on, as it is now. Raises ResourceNotFoundException."""
    return still(call, _named(call, kind))


def still(call: Call, named: Named) -> Any:  # noqa: ANN401 as above
    """The same for a resource that the call names otherwise."""
    found = look_up(call, named)
    record = _BY_ID[named.kind](call.tx, found.record.id) if found else None
    if record is None or (named.account, named.region) != (call.account, call.context.region):
        raise not_found(named.kind, named.reference)
    return record


def _named(call: Call, kind: str) -> Named:
    return read(call, call.input[_MEMBERS[kind]], kind)
