"""What an administrator names by ARN is that very user or role, or nobody."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from secrets import token_bytes
from typing import Any

import pytest
from msgspec.structs import replace

from watchword.identity.delegation import State
from watchword.identity.protected_roles import ADMINISTRATOR, ADMINISTRATOR_PATH
from watchword.identity.removal import remove_role
from watchword.installation.administrator import (
    ADMINISTRATOR_POLICY,
    TRUSTS_NO_ONE,
    Refused,
    administrator_session,
    create_account,
    first_account,
    trade_in_token,
)
from watchword.installation.bootstrap import open_installation
from watchword.installation.installation import Installation
from watchword.installation.kept_session import kept_session
from watchword.installation.revoking import revoke_sessions
from watchword.installation.settings import Settings
from watchword.names.principal import Root
from watchword.proofs.trade_in_token import read
from watchword.sessions.revocation import by_subject, covers
from watchword.sessions.session import new_session
from watchword.store import revocations
from watchword.store.iam import attachments, delegation_requests, roles
from watchword.store.iam.delegation_requests import DelegationRequest
from watchword.store.iam.roles import Role


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    opened = open_installation(Settings(tmp_path))
    yield opened
    opened.close()


def test_the_token_of_a_delegation_request(installation: Installation) -> None:
    account, now = first_account(installation), installation.clock.now()
    request = DelegationRequest(
        *("2f4dc1ae-4f66-41ed-8e1e-0123456789ab", account, "workflow", "installs", "", "{}", (), "topic", ""),
        *(3600, False, now, State.ACCEPTED, now),
    )
    with installation.database.write(now) as tx:
        delegation_requests.insert(tx, request)
    with pytest.raises(Refused, match="its state is ACCEPTED"):
        trade_in_token(installation, request.id)
    with pytest.raises(Refused, match="no such delegation request: other"):
        trade_in_token(installation, "other")
    with installation.database.write(now) as tx:
        delegation_requests.replace(tx, replace(request, state=State.FINALIZED))
    requestor, token = trade_in_token(installation, request.id)
    assert requestor == account
    root = installation.root_key.material
    assert read(token, account, root) == request.id
    assert read(token, "111111111111", root) is None
    for wrong in (token[:-1], token[:-2] + "AA", "", "x" * 64, "é"):
        assert read(wrong, account, root) is None


NEARLY = (
    "arn:aws:iam::{}:role/nowhere/WatchwordAdministrator",
    "arn:aws:iam::{}:role/WatchwordAdministrator",
    "arn:aws:iam::{}:user/watchword/WatchwordAdministrator",
    "arn:aws-cn:iam::{}:role/watchword/WatchwordAdministrator",
    "arn:aws:sqs:eu-west-1:{}:role/watchword/WatchwordAdministrator",
    "arn:aws:iam::000000000000:role/watchword/WatchwordAdministrator",
)


@pytest.mark.parametrize("nearly", NEARLY)
def test_an_arn_that_is_nearly_the_roles_names_nobody(installation: Installation, nearly: str) -> None:
    account = first_account(installation)
    administrator_session(installation, account, "", "me")
    for ask in (
        revoke_sessions,
        lambda installation, arn: administrator_session(installation, account, arn, "me"),
    ):
        with pytest.raises(Refused, match="no such role"):
            ask(installation, nearly.format(account))


def test_the_roles_own_arn_names_it(installation: Installation) -> None:
    account = first_account(installation)
    session = administrator_session(installation, account, "", "me")
    arn = f"arn:aws:iam::{account}:role/watchword/WatchwordAdministrator"
    assert administrator_session(installation, account, arn, "me").unique_id == session.unique_id
    assert revoke_sessions(installation, arn) == ("role", session.unique_id)


TRUSTING = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}'
)


@pytest.mark.parametrize(
    ("change", "differing"),
    [
        ({"trust": TRUSTING}, "trust policy, attached policies"),
        ({"path": "/"}, "path, attached policies"),
        ({"boundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, "permissions boundary, attached policies"),
        ({}, "attached policies"),
    ],
)
def test_a_role_of_the_administrators_name_that_someone_else_made_is_not_given_out(
    installation: Installation, change: dict[str, Any], differing: str
) -> None:
    account, now = first_account(installation), installation.clock.now()
    made = Role("AROA1", account, ADMINISTRATOR, ADMINISTRATOR_PATH, now, TRUSTS_NO_ONE, "", 3600)
    with installation.database.write(now) as tx:
        roles.insert(tx, dataclasses.replace(made, **change))
    with pytest.raises(Refused, match=rf"isn't as this command makes it \({differing}\)"):
        administrator_session(installation, account, "", "me")


def test_roots_sessions_are_revoked_by_its_arn(installation: Installation) -> None:
    account, now = first_account(installation), installation.clock.now()
    assert revoke_sessions(installation, f"arn:aws:iam::{account}:root") == ("principal", account)
    session = new_session(Root(account), timedelta(hours=1), now, token_bytes)
    with installation.database.read() as tx:
        revoked = by_subject(revocations.of_account(tx, account))
    assert covers(revoked, session)
    assert not covers(revoked, replace(session, issued=session.issued + 10_000))
    for none in ("arn:aws:iam::000000000000:root", f"arn:aws:iam::{account}:root/x"):
        with pytest.raises(Refused):
            revoke_sessions(installation, none)


@pytest.mark.parametrize(("minutes", "same"), [(54, True), (56, False), (-1, False)])
def test_a_session_is_kept_until_five_minutes_before_its_end(
    installation: Installation, minutes: int, *, same: bool
) -> None:
    first = kept_session(installation, "", "")
    installation.clock.advance(60 * minutes)
    assert (kept_session(installation, "", "") == first) is same


def test_a_kept_session_that_was_revoked_is_not_handed_out_again(installation: Installation) -> None:
    first = kept_session(installation, "", "")
    revoke_sessions(installation, first.access_key_id)
    second = kept_session(installation, "", "")
    assert second != first
    installation.clock.advance(1)
    revoke_sessions(installation, second.principal.role_arn)
    installation.clock.advance(1)
    assert kept_session(installation, "", "") not in (first, second)


def test_a_kept_session_of_a_role_that_was_made_again_is_not_handed_out(installation: Installation) -> None:
    first = kept_session(installation, "", "")
    with installation.database.write(installation.clock.now()) as tx:
        role = roles.named(tx, first.account, first.name)
        assert role
        attachments.detach(tx, "role", role.id, ADMINISTRATOR_POLICY)
        remove_role(tx, role)
    assert kept_session(installation, "", "").unique_id != first.unique_id


def test_what_is_kept_is_of_one_role(installation: Installation) -> None:
    first = kept_session(installation, "", "")
    other = create_account(installation, "other", "")
    assert kept_session(installation, other, "").account == other
    assert kept_session(installation, "", "") == first


def test_an_address_is_ascii(installation: Installation) -> None:
    with pytest.raises(Refused, match="ASCII"):
        create_account(installation, "other", "", "\N{KELVIN SIGN}ate@example.com")
