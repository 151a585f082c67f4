"""What the list of sessions reads of the audit: events of the journal and of the database, and no others."""

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from watchword.access.living_sessions import sessions
from watchword.installation.administrator import first_account
from watchword.installation.bootstrap import open_installation
from watchword.installation.installation import Installation
from watchword.installation.settings import Settings
from watchword.names.ids import Prefix, new_access_key_id, new_unique_id
from watchword.names.moment import iso
from watchword.proofs.audit_chain import audit_key
from watchword.store import audit
from watchword.store.audit_files import Journal
from watchword.store.iam import roles
from watchword.store.iam.roles import Role

ACCOUNT = "123456789012"
ROLE_ID = new_unique_id(Prefix.ROLE, os.urandom)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """With a role."""
    with closing(open_installation(Settings(tmp_path / "data", account=ACCOUNT))) as found:
        assert first_account(found) == ACCOUNT
        now = found.clock.now()
        with found.database.write(now) as tx:
            roles.insert(tx, Role(ROLE_ID, ACCOUNT, "worker", "/", now, trust="{}"))
        yield found


def event(now: datetime, key: str = "", **changed: Any) -> dict[str, Any]:
    """Of an answer that hands out a session of the role; what is changed is None for what isn't there."""
    credentials = {
        "accessKeyId": key or new_access_key_id(Prefix.SESSION_KEY, ACCOUNT, os.urandom),
        "expiration": iso(now + timedelta(hours=1)),
    }
    assumed = {"assumedRoleId": f"{ROLE_ID}:ann", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/ann"}
    return {
        "userIdentity": {"type": "SAMLUser", "userName": "ann", "identityProvider": "corp"},
        "eventTime": iso(now),
        "eventName": "AssumeRoleWithSAML",
        "sourceIPAddress": "10.0.0.7",
        "requestParameters": {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/worker"},
        "responseElements": {"credentials": credentials, "assumedRoleUser": assumed},
    } | changed


def put(installation: Installation, *events: dict[str, Any]) -> None:
    now = installation.clock.now()
    with installation.database.write(now) as tx:
        for number, each in enumerate(events):
            text = msgspec.json.encode(each).decode()
            audit.insert(tx, audit.Event(f"e{number}", now, ACCOUNT, f"r{number}", text))


def write(installation: Installation, *events: dict[str, Any]) -> None:
    key = audit_key(installation.root_key.material)
    with closing(Journal(installation.settings.journal, key)) as journal:
        for each in events:
            journal.append(each, installation.clock.now())


@pytest.mark.parametrize("keep", [put, write])
def test_an_answer_is_found_where_it_was_recorded(installation: Installation, keep: Any) -> None:
    """AssumeRoleWithSAML changes something, so its event is in the database."""
    keep(installation, event(installation.clock.now(), "ASIA1"))
    (found,) = sessions(installation).living
    assert (found.access_key_id, found.asked_by, found.source) == ("ASIA1", "corp ann", "10.0.0.7")


def test_what_hands_out_nothing_alive_is_left_out(installation: Installation) -> None:
    now = installation.clock.now()
    expired = event(now - timedelta(hours=2), "ASIA2")
    gone = event(now, "ASIA3")
    gone["responseElements"]["assumedRoleUser"]["assumedRoleId"] = "AROAGONE:ann"
    told_of = event(now, "ASIA4", requestParameters={"text": '"credentials":{"accessKeyId":"ASIA'})
    told_of["responseElements"] = None
    write(installation, event(now, "ASIA1"), expired, gone, told_of)
    assert [each.access_key_id for each in sessions(installation).living] == ["ASIA1"]
    assert sessions(installation, now + timedelta(seconds=1)).living == ()


def test_a_line_that_is_cut_off_is_left_out(installation: Installation) -> None:
    """A server that was killed while it wrote it handed out nothing."""
    write(installation, event(installation.clock.now(), "ASIA1"))
    (file,) = installation.settings.journal.glob("*.jsonl")
    text = file.read_bytes()
    file.write_bytes(text + text[: len(text) - 5])
    assert [each.access_key_id for each in sessions(installation).living] == ["ASIA1"]


def test_a_chain_that_names_itself_ends(installation: Installation) -> None:
    """Whatever a journal says, the list ends."""
    caller = {"type": "AssumedRole", "arn": "x", "accessKeyId": "ASIA1"}
    write(installation, event(installation.clock.now(), "ASIA1", userIdentity=caller))
    assert sessions(installation).chain("ASIA1") == ("ASIA1",)
