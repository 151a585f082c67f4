"""Managed policies with versions, attachments, boundaries and inline policies."""

from datetime import datetime, timedelta

import pytest
from msgspec import structs

from watchword.store import Conflict, Database
from watchword.store.iam import attachments, inline_policies, policies, policy_versions, roles, users
from watchword.store.iam.attachments import Attachment
from watchword.store.iam.inline_policies import Inline
from watchword.store.iam.policies import Policy
from watchword.store.iam.policy_versions import Version
from watchword.store.iam.roles import Role
from watchword.store.iam.users import User

A = "111111111111"


def policy(name: str, at: datetime, path: str = "/") -> Policy:
    return Policy(
        f"ANPA{name}", A, name, path, f"arn:aws:iam::{A}:policy{path}{name}", at, at, "what it does"
    )


def test_a_policy_is_born_with_version_1(database: Database, now: datetime) -> None:
    read = policy("Read", now, "/team/")
    with database.write(now) as tx:
        policies.insert(tx, read, '{"v": 1}')
    with database.read() as tx:
        assert policies.by_arn(tx, read.arn) == read
        assert policies.named(tx, A, "READ") == read
        assert policies.count(tx, A) == 1
        assert policy_versions.default_of(tx, read.arn) == Version(read.id, 1, '{"v": 1}', now, default=True)
        assert policy_versions.default_of(tx, "arn:aws:iam::aws:policy/None") is None


def test_policy_names_are_unique_whatever_their_case(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        policies.insert(tx, policy("Read", now), "{}")
    with pytest.raises(Conflict), database.write(now) as tx:
        policies.insert(tx, policy("READ", now), "{}")


def test_version_numbers_are_given_once(database: Database, now: datetime) -> None:
    later = now + timedelta(hours=1)
    with database.write(now) as tx:
        policies.insert(tx, policy("Read", now), "one")
    with database.write(later) as tx:
        read = policies.named(tx, A, "Read")
        assert policy_versions.insert(tx, read, "two", default=False) == Version(
            read.id, 2, "two", later, default=False
        )
        assert policy_versions.default_of(tx, read.arn).number == 1
        policy_versions.remove(tx, read, 2)
        read = policies.by_arn(tx, read.arn)
        assert policy_versions.insert(tx, read, "three", default=True).number == 3
        assert policy_versions.default_of(tx, read.arn).document == "three"
        assert [each.number for each in policy_versions.of(tx, read.id)] == [3, 1]
        assert policy_versions.count(tx, read.id) == 2
        read = policies.by_arn(tx, read.arn)
        assert (read.default_version, read.next_version, read.updated) == (3, 4, later)
        policy_versions.set_default(tx, read, 1)
        assert policy_versions.default_of(tx, read.arn).document == "one"
        assert [each.default for each in policy_versions.of(tx, read.id)] == [False, True]


def test_versions_are_listed_from_the_newest(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        policies.insert(tx, policy("Read", now), "1")
        for number in ("2", "3"):
            policy_versions.insert(tx, policies.named(tx, A, "Read"), number, default=False)
        assert [version.number for version in policy_versions.of(tx, "ANPARead")] == [3, 2, 1]


def test_a_removed_policy_takes_its_versions_along(database: Database, now: datetime) -> None:
    read = policy("Read", now)
    with database.write(now) as tx:
        policies.insert(tx, read, "{}")
        policies.remove(tx, read)
        assert policies.by_arn(tx, read.arn) is None
        assert policy_versions.count(tx, read.id) == 0


def test_attachments_and_boundaries_are_counted(database: Database, now: datetime) -> None:
    read = policy("Read", now)
    with database.write(now) as tx:
        policies.insert(tx, read, "{}")
        policies.insert(tx, policy("Unused", now), "{}")
        users.insert(tx, User("AIDA1", A, "alice", "/", now, boundary=read.arn))
        roles.insert(tx, Role("AROA1", A, "deploy", "/", now, "{}", boundary=read.arn))
        attachments.attach(tx, "user", "AIDA1", read.arn)
        attachments.attach(tx, "role", "AROA1", read.arn)
        attachments.attach(tx, "group", "AGPA1", read.arn)
        found = policies.by_arn(tx, read.arn)
        assert found == structs.replace(read, attachment_count=3, boundary_count=2)
        assert policies.page(tx, A, attached_only=True, limit=5) == ([found], False)
        assert [each.name for each in policies.page(tx, A, limit=5)[0]] == ["Read", "Unused"]


def test_attaching_twice_is_once_and_the_order_is_kept(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        for arn in ("arn:z", "arn:a", "arn:m", "arn:a"):
            attachments.attach(tx, "user", "AIDA1", arn)
        assert not attachments.attach(tx, "user", "AIDA1", "arn:z")
        assert [each.policy_arn for each in attachments.of(tx, "user", "AIDA1")] == [
            "arn:z",
            "arn:a",
            "arn:m",
        ]
        assert attachments.of(tx, "role", "AIDA1") == []
        assert attachments.detach(tx, "user", "AIDA1", "arn:a")
        assert not attachments.detach(tx, "user", "AIDA1", "arn:a")
        attachments.attach(tx, "user", "AIDA1", "arn:a")
        assert [each.policy_arn for each in attachments.of(tx, "user", "AIDA1")] == [
            "arn:z",
            "arn:m",
            "arn:a",
        ]


def test_an_attachment_knows_when(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        attachments.attach(tx, "user", "AIDA1", "arn:z")
        (found,) = attachments.of(tx, "user", "AIDA1")
    assert found == Attachment(found.position, "user", "AIDA1", "arn:z", now)


def test_inline_policies_are_put_replaced_and_removed(database: Database, now: datetime) -> None:
    first, second = Inline("role", "AROA1", "b", "{}"), Inline("role", "AROA1", "a", "{}")
    with database.write(now) as tx:
        inline_policies.put(tx, first)
        inline_policies.put(tx, second)
        inline_policies.put(tx, Inline("role", "AROA2", "a", "{}"))
        inline_policies.put(tx, structs.replace(first, document="new"))
        assert inline_policies.named(tx, "role", "AROA1", "b").document == "new"
        assert inline_policies.named(tx, "user", "AROA1", "b") is None
        assert [each.name for each in inline_policies.of(tx, "role", "AROA1")] == ["a", "b"]
        assert inline_policies.page(tx, "role", "AROA1", limit=1) == ([second], True)
        assert inline_policies.page(tx, "role", "AROA1", after="b", limit=1) == ([], False)
        assert inline_policies.remove(tx, "role", "AROA1", "b")
        assert not inline_policies.remove(tx, "role", "AROA1", "b")
