"""Who in an account holds a managed policy."""

from datetime import datetime

import pytest

from watchword.store import Database
from watchword.store.iam import attachments, groups, holders, policies, roles, users
from watchword.store.iam.groups import Group
from watchword.store.iam.holders import Holder
from watchword.store.iam.policies import Policy
from watchword.store.iam.roles import Role
from watchword.store.iam.users import User

A, B = "111111111111", "222222222222"
ARN = "arn:aws:iam::aws:policy/Shared"
OWN = f"arn:aws:iam::{A}:policy/own"


@pytest.fixture
def held(database: Database, now: datetime) -> Database:
    """In A two users and a group have the policy, which bounds a user and a role; in B one user has it."""
    with database.write(now) as tx:
        for name, path, boundary in (("ann", "/x/", None), ("Bob", "/", ARN), ("cid", "/", None)):
            users.insert(tx, User(f"AIDA{name}", A, name, path, now, boundary=boundary))
        groups.insert(tx, Group("AGPAg", A, "g", "/", now))
        roles.insert(tx, Role("AROAr", A, "r", "/", now, "{}", boundary=ARN))
        users.insert(tx, User("AIDAb", B, "b", "/", now))
        for kind, owner in (("user", "AIDAann"), ("user", "AIDABob"), ("group", "AGPAg"), ("user", "AIDAb")):
            attachments.attach(tx, kind, owner, ARN)
    return database


def test_they_are_counted_within_an_account(held: Database) -> None:
    with held.read() as tx:
        assert holders.count(tx, A, [ARN, OWN]) == {ARN: (3, 2)}
        assert holders.count(tx, B, [OWN, ARN]) == {ARN: (1, 0)}
        assert holders.count(tx, A, [OWN]) == holders.count(tx, A, []) == {}


def test_they_are_listed_by_kind_and_by_the_way_they_hold_it(held: Database) -> None:
    ann, bob = Holder("AIDAann", "ann"), Holder("AIDABob", "Bob")
    with held.read() as tx:
        assert holders.page(tx, A, "user", ARN, limit=9) == ([ann, bob], False)
        assert holders.page(tx, A, "user", ARN, attached=False, limit=9) == ([bob], False)
        assert holders.page(tx, A, "role", ARN, limit=9) == ([Holder("AROAr", "r")], False)
        assert holders.page(tx, A, "role", ARN, bounding=False, limit=9) == ([], False)
        assert holders.page(tx, A, "group", ARN, limit=9) == ([Holder("AGPAg", "g")], False)
        assert holders.page(tx, A, "group", ARN, attached=False, limit=9) == ([], False)
        assert holders.page(tx, A, "user", ARN, path_prefix="/x/", limit=9) == ([ann], False)
        assert holders.page(tx, A, "user", ARN, limit=1) == ([ann], True)
        assert holders.page(tx, A, "user", ARN, after="ANN", limit=1) == ([bob], False)


def test_policies_are_listed_by_use(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        for name in ("held", "bounding", "idle"):
            arn = f"arn:aws:iam::{A}:policy/{name}"
            policies.insert(tx, Policy(f"ANPA{name}", A, name, "/", arn, now, now), "{}")
        users.insert(tx, User("AIDAa", A, "a", "/", now, boundary=f"arn:aws:iam::{A}:policy/bounding"))
        attachments.attach(tx, "user", "AIDAa", f"arn:aws:iam::{A}:policy/held")
    with database.read() as tx:
        bounding, _ = policies.page(tx, A, bounding_only=True, limit=9)
        attached, _ = policies.page(tx, A, attached_only=True, limit=9)
    assert [policy.name for policy in bounding] == ["bounding"]
    assert [policy.name for policy in attached] == ["held"]
