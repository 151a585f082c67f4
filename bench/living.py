"""What it takes to list the sessions that are alive: 100,000 of them, among as many other events.

.venv/bin/python bench/living.py
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from rows import Row, print_medians
from watchword.access.living_sessions import sessions
from watchword.installation.bootstrap import open_installation
from watchword.installation.installation import Installation
from watchword.installation.settings import Settings
from watchword.names.ids import Prefix, new_access_key_id, new_unique_id
from watchword.names.moment import iso
from watchword.proofs.audit_chain import audit_key
from watchword.store.audit_files import Journal
from watchword.store.iam import roles
from watchword.store.iam.roles import Role

MANY = 100_000
BATCH = 1000
ACCOUNT = "123456789012"
AGENT = (
    "Boto3/1.44.5 md/Botocore#1.44.5 md/awscrt#0.38.1 ua/2.1 os/linux#6.18 md/arch#x86_64 lang/python#3.11.7"
)


def rows() -> Iterator[Row]:
    yield Row(f"list {MANY:,} living sessions", _list, note="goal: less than 1,000 ms", unit="ms")


def _list() -> float:
    with closing(open_installation(Settings(Path(_data().name)))) as installation:
        began = time.perf_counter()
        found = sessions(installation)
        took = time.perf_counter() - began
    assert len(found.living) == MANY
    return 1000 * took


@cache
def _data() -> tempfile.TemporaryDirectory[str]:
    """A data directory whose journal tells of the sessions, removed at exit."""
    place = tempfile.TemporaryDirectory()
    with closing(open_installation(Settings(Path(place.name), account=ACCOUNT))) as installation:
        now, random = installation.clock.now(), installation.randomness
        role = Role(new_unique_id(Prefix.ROLE, random), ACCOUNT, "worker", "/jobs/", now, trust="{}")
        with installation.database.write(now) as tx:
            roles.insert(tx, role)
        with closing(
            Journal(installation.settings.journal, audit_key(installation.root_key.material))
        ) as kept:
            for _ in range(MANY // BATCH):
                journal = kept.gathering()
                for _ in range(BATCH):
                    journal.append(_handed_out(installation, role, now), now)
                    journal.append(_read(role, now), now)
                journal.write()
    return place


def _event(name: str, role: Role, now: datetime) -> dict[str, Any]:
    caller = {"type": "AssumedRole", "principalId": f"{role.id}:one", "arn": f"{role.arn}/one"}
    decision = {"decision": "allow", "principal": role.arn, "action": f"sts:{name}", "resource": role.arn}
    match = {"policyType": "resource", "policy": role.arn, "statement": 0, "sid": None, "effect": "Allow"}
    return {
        "eventVersion": "1.11",
        "userIdentity": {**caller, "accountId": ACCOUNT, "accessKeyId": "ASIARZPUZDIKISODHADU"},
        "eventTime": iso(now),
        "eventSource": "sts.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "127.0.0.1",
        "userAgent": AGENT,
        "requestParameters": {"roleArn": role.arn, "roleSessionName": "one"},
        "responseElements": None,
        "requestID": "d06e9d74-e661-47ea-8f09-5682b26a9803",
        "eventID": "d06e9d74-e661-47ea-8f09-5682b26a9803",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "additionalEventData": {
            "signatureVersion": "SigV4",
            "decisions": [{**decision, "matches": [match] * 2}],
        },
    }


def _read(role: Role, now: datetime) -> dict[str, Any]:
    return _event("GetCallerIdentity", role, now)


def _handed_out(installation: Installation, role: Role, now: datetime) -> dict[str, Any]:
    credentials = {
        "accessKeyId": new_access_key_id(Prefix.SESSION_KEY, ACCOUNT, installation.randomness),
        "secretAccessKey": "HIDDEN_DUE_TO_SECURITY_REASONS",
        "sessionToken": "HIDDEN_DUE_TO_SECURITY_REASONS",
        "expiration": iso(now + timedelta(hours=1)),
    }
    assumed = {
        "assumedRoleId": f"{role.id}:one",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/one",
    }
    return _event("AssumeRole", role, now) | {
        "responseElements": {"credentials": credentials, "assumedRoleUser": assumed}
    }


if __name__ == "__main__":
    print_medians(rows(), rounds=5)
