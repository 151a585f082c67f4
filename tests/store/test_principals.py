"""Accounts, users, groups and roles: what was written is read back; names are unique whatever their case."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from msgspec import structs

from watchword.store import Conflict, Database, StillReferenced, accounts
from watchword.store.accounts import Account
from watchword.store.iam import access_keys, groups, roles, users
from watchword.store.iam.access_keys import AccessKey
from watchword.store.iam.groups import Group
from watchword.store.iam.roles import Role
from watchword.store.iam.users import User

A, B = "111111111111", "222222222222"
SPAN = timedelta(minutes=15)


def user(name: str, at: datetime, account: str = A, path: str = "/") -> User:
    return User(f"AIDA{account[0]}{name}", account, name, path, at)


def group(name: str, at: datetime, account: str = A, path: str = "/") -> Group:
    return Group(f"AGPA{account[0]}{name}", account, name, path, at)


def role(name: str, at: datetime, account: str = A, path: str = "/") -> Role:
    return Role(f"AROA{account[0]}{name}", account, name, path, at, trust="{}")


NOUNS = {"user": (users, user), "group": (groups, group), "role": (roles, role)}
noun = pytest.mark.parametrize("noun", NOUNS)


def test_an_account_is_kept(database: Database, now: datetime) -> None:
    account = Account(A, "main", now)
    with database.write(now) as tx:
        accounts.insert(tx, account)
        accounts.insert(tx, Account(B, "main", now, partition="aws-cn"))
    with database.read() as tx:
        assert accounts.by_id(tx, A) == account
        assert accounts.by_id(tx, "333333333333") is None
        assert [found.id for found in accounts.all_accounts(tx)] == [A, B]
        assert accounts.count(tx) == 2


def test_an_account_id_is_given_once(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        accounts.insert(tx, Account(A, "main", now))
    with pytest.raises(Conflict), database.write(now) as tx:
        accounts.insert(tx, Account(A, "other", now))


@noun
def test_what_is_inserted_is_found(noun: str, database: Database, now: datetime) -> None:
    table, make = NOUNS[noun]
    record = make("Alice", now, path="/staff/")
    with database.write(now) as tx:
        table.insert(tx, record)
    with database.read() as tx:
        assert table.named(tx, A, "aLICE") == record
        assert table.named(tx, B, "Alice") is None
        assert table.named(tx, A, "nobody") is None
        assert table.count(tx, A) == 1
        assert table.count(tx, B) == 0


@noun
def test_names_differ_by_more_than_case(noun: str, database: Database, now: datetime) -> None:
    table, make = NOUNS[noun]
    with database.write(now) as tx:
        table.insert(tx, make("Alice", now))
        table.insert(tx, make("Alice", now, account=B))
    with pytest.raises(Conflict), database.write(now) as tx:
        table.insert(tx, replace(make("Alice", now), id="another", name="ALICE"))


@noun
def test_pages_are_in_the_order_of_names_and_meet_no_twice(
    noun: str, database: Database, now: datetime
) -> None:
    table, make = NOUNS[noun]
    names = ["a", "B", "b.1", "b-2", "b_3", "C+x", "d@e"]
    with database.write(now) as tx:
        for name in names:
            table.insert(tx, make(name, now))
        table.insert(tx, make("zz", now, account=B))
    found, after, more = [], "", True
    with database.read() as tx:
        while more:
            page, more = table.page(tx, A, after=after, limit=3)
            found += [record.name for record in page]
            after = page[-1].name
    assert found == sorted(names, key=str.lower)


@noun
def test_a_path_prefix_narrows_a_page_before_it_is_cut(noun: str, database: Database, now: datetime) -> None:
    table, make = NOUNS[noun]
    with database.write(now) as tx:
        for name, path in {"a": "/x/", "b": "/X/", "c": "/x/y/", "d": "/x_y/", "e": "/x%/"}.items():
            table.insert(tx, make(name, now, path=path))
    with database.read() as tx:
        assert [r.name for r in table.page(tx, A, path_prefix="/x/", limit=2)[0]] == ["a", "c"]
        assert table.page(tx, A, path_prefix="/x/", limit=2)[1] is False
        assert [r.name for r in table.page(tx, A, path_prefix="/x_", limit=9)[0]] == ["d"]
        assert [r.name for r in table.page(tx, A, path_prefix="/x%", limit=9)[0]] == ["e"]


@pytest.mark.parametrize("noun", ["user", "group"])
def test_renaming_frees_the_old_name_and_keeps_the_id(noun: str, database: Database, now: datetime) -> None:
    table, make = NOUNS[noun]
    alice, bob = make("alice", now), make("bob", now)
    with database.write(now) as tx:
        table.insert(tx, alice)
        table.insert(tx, bob)
        table.rename(tx, alice, name="Carol", path="/left/")
        assert table.named(tx, A, "carol") == replace(alice, name="Carol", path="/left/")
        assert table.named(tx, A, "alice") is None
    with pytest.raises(Conflict), database.write(now) as tx:
        table.rename(tx, bob, name="CAROL", path="/")


@pytest.mark.parametrize("noun", ["user", "role"])
def test_a_boundary_is_set_and_lifted(noun: str, database: Database, now: datetime) -> None:
    table, make = NOUNS[noun]
    record = make("alice", now)
    with database.write(now) as tx:
        table.insert(tx, record)
        table.set_boundary(tx, record, "arn:aws:iam::aws:policy/Limits")
        assert table.by_id(tx, record.id).boundary == "arn:aws:iam::aws:policy/Limits"
        table.set_boundary(tx, record, None)
        assert table.by_id(tx, record.id) == record


@noun
def test_what_is_removed_is_gone(noun: str, database: Database, now: datetime) -> None:
    table, make = NOUNS[noun]
    record = make("alice", now)
    with database.write(now) as tx:
        table.insert(tx, record)
        table.remove(tx, record)
        assert table.named(tx, A, "alice") is None
        table.insert(tx, replace(record, id="another"))


def test_a_role_is_described_trusted_and_used(database: Database, now: datetime) -> None:
    record = role("deploy", now)
    with database.write(now) as tx:
        roles.insert(tx, record)
        roles.configure(tx, record, description="ships", max_session=43200)
        roles.set_trust(tx, record, '{"Statement": []}')
        roles.note_use(tx, record.id, now, SPAN, region="eu-west-1")
        roles.note_use(tx, record.id, now + SPAN / 2, SPAN, region="eu-west-2")
        assert roles.by_id(tx, record.id) == replace(
            record,
            description="ships",
            max_session=43200,
            trust='{"Statement": []}',
            last_used=now,
            last_used_region="eu-west-1",
        )


def test_members_join_once_and_leave(database: Database, now: datetime) -> None:
    alice, bob, staff, ops = user("alice", now), user("Bob", now), group("staff", now), group("Ops", now)
    with database.write(now) as tx:
        for member in (bob, alice):
            users.insert(tx, member)
        for each in (staff, ops):
            groups.insert(tx, each)
        assert groups.add_member(tx, staff, alice)
        assert not groups.add_member(tx, staff, alice)
        assert groups.add_member(tx, staff, bob)
        assert groups.add_member(tx, ops, alice)
    with database.read() as tx:
        assert groups.members(tx, staff.id, limit=1) == ([alice], True)
        assert groups.members(tx, staff.id, after="ALICE", limit=1) == ([bob], False)
        assert groups.of_user(tx, alice.id) == [ops, staff]
        assert groups.page_of_user(tx, alice.id, after="ops", limit=5) == ([staff], False)
    with database.write(now) as tx:
        assert groups.remove_member(tx, staff, alice)
        assert not groups.remove_member(tx, staff, alice)
        assert groups.of_user(tx, alice.id) == [ops]


def test_what_is_still_needed_stays(database: Database, now: datetime) -> None:
    alice, staff = user("alice", now), group("staff", now)
    with database.write(now) as tx:
        users.insert(tx, alice)
        groups.insert(tx, staff)
        groups.add_member(tx, staff, alice)
    with pytest.raises(StillReferenced), database.write(now) as tx:
        groups.remove(tx, staff)
    with pytest.raises(StillReferenced), database.write(now) as tx:
        users.remove(tx, alice)


def test_an_access_key_is_kept_switched_resealed_and_removed(database: Database, now: datetime) -> None:
    alice = user("alice", now)
    key = AccessKey("AKIA1", A, alice.id, b"\x00sealed\xff", "k1", now)
    root = AccessKey("AKIA2", A, None, b"sealed", "k2", now)
    with database.write(now) as tx:
        users.insert(tx, alice)
        access_keys.insert(tx, key)
        access_keys.insert(tx, root)
        assert access_keys.of_user(tx, alice.id) == [key]
        assert access_keys.of_root(tx, A) == [root]
        assert access_keys.of_root(tx, B) == []
        access_keys.set_status(tx, key, access_keys.INACTIVE)
        found = access_keys.by_id(tx, key.id)
        assert found == structs.replace(key, status="Inactive")
        assert not found.active
        access_keys.note_use(tx, key.id, now, SPAN, region="us-east-1", service="s3")
        access_keys.note_use(tx, key.id, now + SPAN / 2, SPAN, region="us-east-1", service="sts")
        assert access_keys.by_id(tx, key.id).last_used_service == "s3"
        access_keys.note_use(tx, key.id, now + SPAN, SPAN, region="us-east-1", service="sts")
        assert access_keys.by_id(tx, key.id).last_used_service == "sts"
        assert access_keys.to_reseal(tx, "k2", limit=5)[0][0].id == key.id
        access_keys.reseal(tx, key, sealed=b"again", sealing_key="k2")
        assert access_keys.to_reseal(tx, "k2", limit=5) == ([], False)
        assert access_keys.by_id(tx, key.id).secret == b"again"
    with pytest.raises(StillReferenced), database.write(now) as tx:
        users.remove(tx, alice)
    with database.write(now) as tx:
        access_keys.remove(tx, key)
        assert access_keys.by_id(tx, key.id) is None
        users.remove(tx, alice)


def test_an_access_key_needs_its_user(database: Database, now: datetime) -> None:
    with pytest.raises(StillReferenced), database.write(now) as tx:
        access_keys.insert(tx, AccessKey("AKIA1", A, "AIDAnobody", b"sealed", "k1", now))


def test_a_sealed_secret_does_not_show(now: datetime) -> None:
    assert "sealed!" not in repr(AccessKey("AKIA1", A, None, b"sealed!", "k1", now))
