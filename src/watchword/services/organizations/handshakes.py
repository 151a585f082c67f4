"""Handshakes: an organization invites an account, and the account answers.

1. A handshake is OPEN until it is answered: ACCEPTED or DECLINED by the account, CANCELED by the
   organization, EXPIRED after 15 days on the server's clock. An answer is final.
2. Only its target can accept or decline it: the account, or the account that has the address. To all others
   but the organization that sent it, it doesn't exist.
3. Whether the account that is invited exists is told to nobody.
Source: AWS Organizations API Reference, InviteAccountToOrganization, AcceptHandshake, DeclineHandshake,
CancelHandshake, Handshake (State); User Guide, "Quotas", "Handshake expiration".
"""

from datetime import timedelta
from typing import Any

from watchword.names import AwsError
from watchword.names.ids import is_account_id
from watchword.organizations import accounts as rules
from watchword.organizations import ids
from watchword.organizations.quotas import MOST_ACCOUNTS
from watchword.organizations.refusals import handshake_violates, invalid, refusal
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.organizations import current, pages, shapes
from watchword.services.organizations.demands import For, on, on_handshake, on_invited
from watchword.store import accounts
from watchword.store.organizations import handshakes, members, organizations
from watchword.store.organizations.handshakes import Handshake
from watchword.store.organizations.members import INVITED
from watchword.store.organizations.organizations import ALL_FEATURES

OPEN, ACCEPTED, DECLINED, CANCELED, EXPIRED = "OPEN", "ACCEPTED", "DECLINED", "CANCELED", "EXPIRED"
INVITE, ENABLE = "INVITE", "ENABLE_ALL_FEATURES"
LASTS = timedelta(days=15)
A_DAY, MOST_A_DAY = timedelta(days=1), 20


def invite(call: Call) -> Output:
    """InviteAccountToOrganization."""
    here, target = current.organization(call), _invited(call)
    account = accounts.by_id(call.tx, target) or accounts.of_email(call.tx, target)
    # 1. The account is in no organization. Of others than this one, nothing is told.
    if account and (member := members.of_account(call.tx, account.id)) and member.organization == here.id:
        raise _already_in()
    # 2. It has no invitation to this one.
    sent, _ = handshakes.of_account(call.tx, target, target, action=INVITE, limit=1000)
    if any(each.organization == here.id and _state(call, each) == OPEN for each in sent):
        raise refusal("DuplicateHandshakeException")
    # 3. There is room for it, and not too many were invited today.
    _check_room(call, here.id)
    if handshakes.count_sent(call.tx, here.id, call.now - A_DAY) >= MOST_A_DAY:
        raise handshake_violates(
            "HANDSHAKE_RATE_LIMIT_EXCEEDED", f"An organization can send {MOST_A_DAY} handshakes a day."
        )
    return {"Handshake": _send(call, INVITE, target)}


def accept(call: Call) -> Output:
    """AcceptHandshake: the account joins the organization."""
    found = _to_answer(call, ACCEPTED)
    here = organizations.by_id(call.tx, found.organization)
    if here is None:
        raise refusal("HandshakeNotFoundException")
    if members.of_account(call.tx, call.account):
        raise _already_in()
    _check_room(call, here.id)
    rules.join(call.tx, here, call.account, INVITED)
    return _answered(call, found, ACCEPTED)


def decline(call: Call) -> Output:
    """DeclineHandshake."""
    return _answered(call, _to_answer(call, DECLINED), DECLINED)


def cancel(call: Call) -> Output:
    """CancelHandshake: by the organization that sent it."""
    here, found = current.standing(call).organization, _found(call)
    if here is None or found.organization != here.id:
        raise refusal("HandshakeNotFoundException")
    _check_open(call, found, CANCELED)
    return _answered(call, found, CANCELED)


def describe(call: Call) -> Output:
    """DescribeHandshake: to those who take part in it."""
    here, found = current.standing(call).organization, _found(call)
    if not _is_target(call, found) and (here is None or found.organization != here.id):
        raise refusal("HandshakeNotFoundException")
    return {"Handshake": _shown(call, found)}


def list_for_account(call: Call) -> Output:
    """ListHandshakesForAccount: those that were sent to the caller's account."""
    found, more = handshakes.of_account(
        call.tx,
        call.account,
        _own_email(call),
        action=_wanted(call),
        after=pages.start_of(call),
        limit=pages.size_of(call),
    )
    return _page(call, found, more=more)


def list_for_organization(call: Call) -> Output:
    """ListHandshakesForOrganization: those that it sent."""
    here = current.organization(call)
    start, size = pages.start_of(call), pages.size_of(call)
    found, more = handshakes.of_organization(call.tx, here.id, action=_wanted(call), after=start, limit=size)
    return _page(call, found, more=more)


def enable_all_features(call: Call) -> Output:
    """EnableAllFeatures.

    AWS asks every invited account first. Here every account has its features from the organization alone, so
    the management account's word is enough: the handshake is accepted at once.
    """
    here = current.organization(call)
    if here.features == ALL_FEATURES:
        raise handshake_violates(
            "ORGANIZATION_ALREADY_HAS_ALL_FEATURES", "The organization has all features already."
        )
    organizations.set_features(call.tx, here, ALL_FEATURES)
    return {"Handshake": _send(call, ENABLE, here.management, ACCEPTED)}


def _send(call: Call, action: str, target: str, state: str = OPEN) -> dict[str, object]:
    here = current.organization(call)
    made = Handshake(
        id=ids.new_handshake_id(call.world.randomness),
        organization=here.id,
        management=here.management,
        action=action,
        state=state,
        target=target,
        requested=call.now,
        expires=call.now + LASTS,
        notes=call.input.get("Notes", ""),
    )
    handshakes.insert(call.tx, made)
    return _shown(call, made)


def _invited(call: Call) -> str:
    """The account, or the address in lower case, that Target names. Raises InvalidInputException."""
    target: dict[str, Any] = call.input["Target"]
    match target["Type"]:
        case "ACCOUNT" if is_account_id(target["Id"]):
            return str(target["Id"])
        case "EMAIL" if "@" in target["Id"] and target["Id"].isascii():
            return str(target["Id"]).lower()
        case "EMAIL":
            raise invalid("INVALID_EMAIL_ADDRESS_TARGET", "You specified an invalid email address.")
    raise invalid("INVALID_PARTY_TYPE_TARGET", "You specified the wrong type of entity as a party.")


def _found(call: Call) -> Handshake:
    found = handshakes.by_id(call.tx, call.input["HandshakeId"])
    if found is None:
        raise refusal("HandshakeNotFoundException")
    return found


def _to_answer(call: Call, answer: str) -> Handshake:
    """Rules 1 and 2."""
    found = _found(call)
    if found.action != INVITE or not _is_target(call, found):
        raise refusal("HandshakeNotFoundException")
    _check_open(call, found, answer)
    return found


def _check_open(call: Call, handshake: Handshake, answer: str) -> None:
    state = _state(call, handshake)
    if state == answer:
        raise refusal("HandshakeAlreadyInStateException")
    if state != OPEN:
        raise refusal("InvalidHandshakeTransitionException")


def _answered(call: Call, handshake: Handshake, state: str) -> Output:
    handshakes.set_state(call.tx, handshake, state)
    return {"Handshake": _shown(call, _found(call))}


def _is_target(call: Call, handshake: Handshake) -> bool:
    return handshake.target in (call.account, _own_email(call))


def _own_email(call: Call) -> str:
    """The address of the caller's account, in lower case; its number where it has none."""
    account = accounts.by_id(call.tx, call.account)
    return account.email.lower() if account and account.email else call.account


def _state(call: Call, handshake: Handshake) -> str:
    lapsed = handshake.state == OPEN and call.now >= handshake.expires
    return EXPIRED if lapsed else handshake.state


def _shown(call: Call, handshake: Handshake) -> dict[str, object]:
    sender = accounts.by_id(call.tx, handshake.management)
    return shapes.handshake(handshake, _state(call, handshake), sender)


def _page(call: Call, found: list[Handshake], *, more: bool) -> Output:
    shown = [_shown(call, each) for each in found]
    return {"Handshakes": shown, **pages.end(found[-1].id if found else "", more=more)}


def _wanted(call: Call) -> str:
    """The action that Filter asks for; empty for all."""
    wanted: str = call.input.get("Filter", {}).get("ActionType", "")
    return wanted


def _check_room(call: Call, organization: str) -> None:
    if members.count(call.tx, organization) >= MOST_ACCOUNTS:
        said = f"An organization has at most {MOST_ACCOUNTS} accounts."
        raise handshake_violates("ACCOUNT_NUMBER_LIMIT_EXCEEDED", said)


def _already_in() -> AwsError:
    said = "The invited account is already a member of an organization."
    return handshake_violates("ALREADY_IN_AN_ORGANIZATION", said)


OPERATIONS: dict[str, Operation] = {
    "InviteAccountToOrganization": writes(invite, on_invited),
    "AcceptHandshake": writes(accept, on_handshake(For.ANYBODY)),
    "DeclineHandshake": writes(decline, on_handshake(For.ANYBODY)),
    "CancelHandshake": writes(cancel, on_handshake(For.MANAGEMENT)),
    "DescribeHandshake": reads(describe, on_handshake(For.ANYBODY)),
    "ListHandshakesForAccount": reads(list_for_account, on(by=For.ANYBODY)),
    "ListHandshakesForOrganization": reads(list_for_organization, on(by=For.DELEGATED)),
    "EnableAllFeatures": writes(enable_all_features, on()),
}
