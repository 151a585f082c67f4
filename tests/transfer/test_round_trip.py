"""What is exported and imported elsewhere is the same: byte by byte, and decision by decision."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.services.harness import world_on
from tests.services.iam.harness import A, B, Iam
from tests.transfer.test_import import exported, run

from watchword.access import Caller
from watchword.installation.bootstrap import add_key
from watchword.names import AwsError, Principal
from watchword.names.principal import Root
from watchword.store import Database, accounts
from watchword.store.accounts import Account
from watchword.store.iam import roles, users
from watchword.world import World

NAMES = ("ann", "Bob", "cy")
AWS = ("arn:aws:iam::aws:policy/IAMReadOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess")
ACTIONS = ("iam:Get*", "iam:*", "iam:ListUsers", "iam:TagUser", "sts:*")
RESOURCES = ("*", f"arn:aws:iam::{A}:user/*", f"arn:aws:iam::{A}:user/${{aws:username}}")
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {"StringEquals": {"aws:PrincipalTag/team": "blue"}},
    {"StringLike": {"iam:ResourceTag/Team": ["b*", 'q"é\n']}},
    {"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}},
)
ASKED: list[tuple[str, dict[str, Any]]] = [
    ("ListUsers", {}),
    ("TagUser", {"UserName": "ann", "Tags": [{"Key": "new", "Value": "1"}]}),
    *[("GetUser", {"UserName": name}) for name in NAMES],
    *[("GetRole", {"RoleName": name}) for name in NAMES],
]

STATEMENT = st.builds(
    lambda effect, action, resource, condition: {
        "Effect": effect,
        "Action": action,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(ACTIONS),
    st.sampled_from(RESOURCES),
    st.sampled_from(CONDITIONS),
)
DOCUMENT = st.builds(
    lambda statements, indent: json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=indent),
    st.lists(STATEMENT, min_size=1, max_size=2),
    st.sampled_from([None, 2]),
)
TAGS = st.sampled_from([[], [{"Key": "Team", "Value": "blue"}], [{"Key": "team", "Value": "ünï"}]])
HOLDER = st.fixed_dictionaries(
    {
        "inline": st.dictionaries(st.sampled_from(["a", "B"]), DOCUMENT, max_size=2),
        "attached": st.lists(st.sampled_from([*AWS, "own"]), unique=True, max_size=2),
        "tags": TAGS,
        "path": st.sampled_from(["/", "/x/y/"]),
        "boundary": st.sampled_from(["", "", "own", AWS[1]]),
    }
)
ACCOUNT = st.fixed_dictionaries(
    {
        "own": st.lists(DOCUMENT, min_size=1, max_size=3),
        "groups": st.dictionaries(st.sampled_from(NAMES), HOLDER, max_size=2),
        "users": st.dictionaries(st.sampled_from(NAMES), HOLDER, min_size=1, max_size=3),
        "roles": st.dictionaries(st.sampled_from(NAMES), HOLDER, max_size=3),
        "members": st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=4),
    }
)


@pytest.fixture
def worlds(
    new_database_url: Callable[[str], str], tmp_path: Path, now: datetime
) -> Iterator[Callable[[], tuple[World, World]]]:
    """Two installations on SQLite, both emptied whenever they are asked for; the first has two accounts."""
    databases = [Database.open(new_database_url("sqlite"), durable=False) for _ in range(2)]
    made = [world_on(each, tmp_path / str(index), now) for index, each in enumerate(databases)]

    def emptied() -> tuple[World, World]:
        for database in databases:
            database.empty(now)
        for world in made:
            with world.database.write(now) as tx:
                add_key(world, tx)
        with databases[0].write(now) as tx:
            for account in (A, B):
                accounts.insert(tx, Account(account, "of a test", now))
        return made[0], made[1]

    yield emptied
    for world, database in zip(made, databases, strict=True):
        world.journal.close()
        database.close()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=ACCOUNT)
def test_an_export_imports_as_the_same(
    worlds: Callable[[], tuple[World, World]], now: datetime, tmp_path: Path, written: dict[str, Any]
) -> None:
    source, target = worlds()
    make(Iam(source, Caller(Root(A)), now), written)
    text = exported(source)
    place = tmp_path / "export.json"
    place.write_text(text)
    report = run(target, place)
    assert (report.problems, report.differences) == ([], [])
    assert set(report.notes) <= {f"account {B} is trusted, and isn't here yet"}
    assert exported(target) == text
    assert run(source, place).counts.keys() == {(*key[:2], "same") for key in report.counts}
    assert decisions(source, now) == decisions(target, now)


def make(iam: Iam, written: dict[str, Any]) -> None:
    """An account as it was drawn."""
    first, *more = written["own"]
    own = iam("CreatePolicy", PolicyName="own", PolicyDocument=first, Description="d")["Policy"]["Arn"]
    for index, document in enumerate(more):
        iam("CreatePolicyVersion", PolicyArn=own, PolicyDocument=document, SetAsDefault=index == 0)
    for noun in ("Group", "User", "Role"):
        for name, holder in written[f"{noun.lower()}s"].items():
            hold(iam, noun, name, holder, own)
    for user, group in written["members"]:
        if user in written["users"] and group in written["groups"]:
            iam("AddUserToGroup", UserName=user, GroupName=group)
    for role in written["roles"]:
        iam("CreateInstanceProfile", InstanceProfileName=f"of-{role}")
        iam("AddRoleToInstanceProfile", InstanceProfileName=f"of-{role}", RoleName=role)
    iam("CreateInstanceProfile", InstanceProfileName="empty")


def hold(iam: Iam, noun: str, name: str, holder: dict[str, Any], own: str) -> None:
    """A user, group or role with its policies."""
    given: dict[str, Any] = {f"{noun}Name": name, "Path": holder["path"]}
    if noun != "Group":
        given["Tags"] = holder["tags"]
    if noun != "Group" and holder["boundary"]:
        given["PermissionsBoundary"] = own if holder["boundary"] == "own" else holder["boundary"]
    if noun == "Role":
        users = [f"arn:aws:iam::{B}:root", A]
        trust = {"Effect": "Allow", "Principal": {"AWS": users}, "Action": "sts:AssumeRole"}
        given["AssumeRolePolicyDocument"] = json.dumps({"Version": "2012-10-17", "Statement": trust})
        given["MaxSessionDuration"] = 7200
    iam(f"Create{noun}", **given)
    for policy, document in holder["inline"].items():
        if len(document) < 2000:  # the quota of a user
            iam(f"Put{noun}Policy", **{f"{noun}Name": name}, PolicyName=policy, PolicyDocument=document)
    for arn in holder["attached"]:
        iam(f"Attach{noun}Policy", **{f"{noun}Name": name}, PolicyArn=own if arn == "own" else arn)


def decisions(world: World, now: datetime) -> dict[tuple[str, str, str], str]:
    """What every user, and a session of every role, gets for every question."""
    with world.database.read() as tx:
        callers: list[Principal] = [each.principal for each in users.page(tx, A, limit=100)[0]]
        callers += [each.session("s") for each in roles.page(tx, A, limit=100)[0]]
    found = {}
    for caller in callers:
        iam = Iam(world, Caller(caller), now)
        for name, input_ in ASKED:
            try:
                iam(name, **input_)
                said = ""
            except AwsError as error:
                said = error.said
            found[caller.arn, name, json.dumps(input_)] = said
    return found
