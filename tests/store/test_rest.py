"""Tags, revocations, buckets, audit events and wrapped keys."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from msgspec import structs

from watchword.store import Conflict, Database, StillReferenced, audit, keyring, revocations, tags
from watchword.store.audit import Event
from watchword.store.keyring import WrappedKey
from watchword.store.revocations import Revocation
from watchword.store.s3 import buckets, objects
from watchword.store.s3.buckets import Bucket
from watchword.store.s3.objects import Object

A = "111111111111"
SECOND = timedelta(seconds=1)


def test_tag_keys_are_one_whatever_their_case_and_kept_as_written(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        tags.put(tx, "user", "AIDA1", {"Team": "a", "cost": ""})
        tags.put(tx, "user", "AIDA1", {"TEAM": "b", "Straße": "x"})
        tags.put(tx, "role", "AIDA1", {"other": "owner"})
        tags.put(tx, "user", "AIDA1", {})
        assert tags.of(tx, "user", "AIDA1") == {"cost": "", "Straße": "x", "TEAM": "b"}
        tags.put(tx, "user", "AIDA1", {"team": "c", "tEAM": "d"})
        assert tags.of(tx, "user", "AIDA1")["tEAM"] == "d"


def test_tags_are_removed_whatever_their_case(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        tags.put(tx, "user", "AIDA1", {"a": "1", "b": "2", "c": "3"})
        tags.remove(tx, "user", "AIDA1", ["A", "nothing"])
        assert tags.of(tx, "user", "AIDA1") == {"b": "2", "c": "3"}
        tags.remove_all(tx, "user", "AIDA1")
        assert tags.of(tx, "user", "AIDA1") == {}


def test_the_later_of_two_revocations_counts(database: Database, now: datetime) -> None:
    first = Revocation(A, "role", "AROA1", now, now)
    later = structs.replace(first, issued_before=now + SECOND, made=now + SECOND)
    with database.write(now) as tx:
        for revocation in (first, later, first):
            revocations.put(tx, revocation)
        revocations.put(tx, structs.replace(first, account="222222222222"))
        assert revocations.of_account(tx, A) == [later]


def test_a_bucket_is_kept_governed_and_removed(database: Database, now: datetime) -> None:
    bucket = Bucket("b1", "logs", A, "eu-west-1", now)
    with database.write(now) as tx:
        buckets.insert(tx, bucket)
        assert buckets.named(tx, "logs") == bucket
        assert buckets.named(tx, "logs", "aws-cn") is None
        buckets.set_policy(tx, bucket, "{}")
        assert buckets.named(tx, "logs") == replace(bucket, policy="{}")
        buckets.set_policy(tx, bucket, None)
        assert buckets.named(tx, "logs") == bucket
        buckets.remove(tx, bucket)
        assert buckets.named(tx, "logs") is None


def test_a_bucket_name_is_one_in_its_partition(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        buckets.insert(tx, Bucket("b1", "logs", A, "eu-west-1", now))
        buckets.insert(tx, Bucket("b2", "logs", A, "cn-north-1", now, partition="aws-cn"))
    with pytest.raises(Conflict), database.write(now) as tx:
        buckets.insert(tx, Bucket("b3", "logs", "222222222222", "eu-west-1", now))


def test_buckets_are_listed_by_account(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        for name in ("b", "a", "c"):
            buckets.insert(tx, Bucket(name, name, A, "eu-west-1", now))
        buckets.insert(tx, Bucket("x", "aa", "222222222222", "eu-west-1", now))
        found, more = buckets.page(tx, A, limit=2)
        assert ([bucket.name for bucket in found], more) == (["a", "b"], True)
        assert [bucket.name for bucket in buckets.page(tx, A, after="b", limit=2)[0]] == ["c"]


def test_a_bucket_with_objects_stays(database: Database, now: datetime) -> None:
    bucket = Bucket("b1", "logs", A, "eu-west-1", now)
    with database.write(now) as tx:
        buckets.insert(tx, bucket)
        objects.append(tx, Object("b1", b"k", "blob", 1, "etag", now))
    with pytest.raises(StillReferenced), database.write(now) as tx:
        buckets.remove(tx, bucket)


def test_audit_events_are_found_by_request(database: Database, now: datetime) -> None:
    with database.write(now) as tx:
        for number in range(3):
            audit.insert(tx, Event(f"e{number}", now, A, f"r{number}", '{"a": "ü"}'))
    with database.read() as tx:
        (found,) = audit.of_request(tx, "r1")
        assert (found.event_id, found.at, found.event) == ("e1", now, '{"a": "ü"}')
        assert audit.of_request(tx, "r9") == []


def test_wrapped_keys_are_listed_from_the_oldest_and_retired(database: Database, now: datetime) -> None:
    old, new = WrappedKey("k9", b"\x00\xff", now), WrappedKey("k1", b"new", now + SECOND)
    with database.write(now) as tx:
        keyring.insert(tx, new)
        keyring.insert(tx, old)
        assert keyring.all_keys(tx) == [old, new]
        keyring.retire(tx, old)
        assert keyring.all_keys(tx) == [structs.replace(old, state="retired"), new]
