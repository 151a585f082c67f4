"""Reports on the services that an entity may use, and when they were last used."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.services.iam.harness import ADMINISTRATOR, A, B, Iam, refused

from watchword.names import AwsError
from watchword.names.principal import RoleSession
from watchword.reference.actions import catalogue
from watchword.services.iam.policies.last_accessed import ACTIONS
from watchword.services.table import PREFIXES, SERVED
from watchword.store.iam import accesses
from watchword.store.iam.accesses import Access

GENERATE, GET = "GenerateServiceLastAccessedDetails", "GetServiceLastAccessedDetails"
WITH_ENTITIES = "GetServiceLastAccessedDetailsWithEntities"
ANN, CREW, WORKER, OWN = (
    f"arn:aws:iam::{A}:{each}" for each in ("user/ann", "group/crew", "role/w", "policy/p")
)
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
}
HOUR = timedelta(hours=1)
S3 = {"ServiceName": "Amazon S3", "ServiceNamespace": "s3"}
UNUSED = S3 | {"TotalAuthenticatedEntities": 0}
Note = Callable[..., None]


def document(*actions: str) -> str:
    allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": allowed})


@pytest.fixture
def ids(iam: Iam) -> dict[str, str]:
    """ann and bob in a group, a role; a policy for S3 is attached to the group and to the role."""
    found = {name: iam("CreateUser", UserName=name)["User"]["UserId"] for name in ("ann", "bob")}
    iam("CreateGroup", GroupName="crew")
    for name in ("ann", "bob"):
        iam("AddUserToGroup", UserName=name, GroupName="crew")
    role = iam("CreateRole", RoleName="w", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam("CreatePolicy", PolicyName="p", PolicyDocument=document("s3:*"))
    iam("AttachGroupPolicy", GroupName="crew", PolicyArn=OWN)
    iam("AttachRolePolicy", RoleName="w", PolicyArn=OWN)
    return found | {"w": role["Role"]["RoleId"]}


@pytest.fixture
def note(iam: Iam, ids: dict[str, str], now: datetime) -> Note:
    """Notes a call of an operation by a user or role, some time ago."""

    def note(name: str, ago: timedelta, operation: str = "", service: str = "s3") -> None:
        access = Access(ids[name], service, operation, now - ago, "eu-west-1")
        with iam.world.database.write(now) as tx:
            accesses.note(tx, access, timedelta(hours=4))

    return note


def report(iam: Iam, arn: str, **given: str) -> list[dict[str, Any]]:
    answer = iam(GET, JobId=iam(GENERATE, Arn=arn, **given)["JobId"])
    assert not answer["IsTruncated"]
    services: list[dict[str, Any]] = answer["ServicesLastAccessed"]
    return services


def used(when: datetime, arn: str, total: int) -> dict[str, Any]:
    last = {"LastAuthenticated": when, "LastAuthenticatedEntity": arn, "LastAuthenticatedRegion": "eu-west-1"}
    return S3 | last | {"TotalAuthenticatedEntities": total}


def test_who_used_what_it_grants(iam: Iam, note: Note, now: datetime) -> None:
    assert [report(iam, each) for each in (ANN, CREW, WORKER, OWN)] == [[UNUSED]] * 4
    note("bob", 3 * HOUR)
    note("ann", 2 * HOUR)
    note("w", HOUR, "ListBuckets")
    note("ann", HOUR, "GetUser", "iam")
    assert report(iam, ANN) == [used(now - 2 * HOUR, ANN, 1)]
    assert report(iam, WORKER) == [used(now - HOUR, WORKER, 1)]
    assert report(iam, CREW) == [used(now - 2 * HOUR, ANN, 2)]
    assert report(iam, OWN) == [used(now - HOUR, WORKER, 3)]


def test_a_job_is_complete_at_once(iam: Iam, ids: dict[str, str], now: datetime) -> None:
    assert ids
    for granularity, kind in (({}, "SERVICE_LEVEL"), ({"Granularity": "ACTION_LEVEL"}, "ACTION_LEVEL")):
        job = iam(GENERATE, Arn=ANN, **granularity)
        answer = iam(GET, **job)
        assert list(answer) == [
            "JobStatus",
            "JobType",
            "JobCreationDate",
            "ServicesLastAccessed",
            "JobCompletionDate",
            "IsTruncated",
        ]
        assert (answer["JobStatus"], answer["JobType"]) == ("COMPLETED", kind)
        assert answer["JobCreationDate"] == answer["JobCompletionDate"] == now


def test_tracked_actions(iam: Iam, note: Note, now: datetime) -> None:
    note("ann", HOUR)
    note("ann", 2 * HOUR, "ListBuckets")
    note("bob", HOUR, "ListBuckets")
    note("ann", 3 * HOUR, "GetBucketPolicy")
    note("ann", 3 * HOUR, "HeadBucket")

    def tracked(arn: str) -> list[tuple[str, str, datetime, str]]:
        (service,) = report(iam, arn, Granularity="ACTION_LEVEL")
        assert list(service)[-1] == "TrackedActionsLastAccessed"
        return [tuple(each.values()) for each in service["TrackedActionsLastAccessed"]]

    bob = ANN.replace("ann", "bob")
    policy = ("GetBucketPolicy", ANN, now - 3 * HOUR, "eu-west-1")
    assert tracked(ANN) == [policy, ("ListAllMyBuckets", ANN, now - 2 * HOUR, "eu-west-1")]
    assert tracked(CREW) == [policy, ("ListAllMyBuckets", bob, now - HOUR, "eu-west-1")]
    assert "TrackedActionsLastAccessed" not in report(iam, ANN)[0]
    assert "TrackedActionsLastAccessed" not in report(iam, WORKER, Granularity="ACTION_LEVEL")[0]


def test_entities_newest_first(iam: Iam, note: Note, ids: dict[str, str], now: datetime) -> None:
    note("bob", HOUR)
    note("w", 2 * HOUR)
    job = iam(GENERATE, Arn=OWN)

    def listed(service: str) -> list[dict[str, Any]]:
        pages = iam.pages(WITH_ENTITIES, "EntityDetailsList", 1, ServiceNamespace=service, **job)
        return [each for page in pages for each in page]

    bob, worker, ann = listed("s3")
    assert bob == {
        "EntityInfo": {
            "Arn": ANN.replace("ann", "bob"),
            "Name": "bob",
            "Type": "USER",
            "Id": ids["bob"],
            "Path": "/",
        },
        "LastAuthenticated": now - HOUR,
    }
    assert (worker["EntityInfo"]["Type"], worker["LastAuthenticated"]) == ("ROLE", now - 2 * HOUR)
    assert (ann["EntityInfo"]["Name"], "LastAuthenticated" in ann) == ("ann", False)
    assert listed("ec2") == []
    answer = iam(WITH_ENTITIES, ServiceNamespace="s3", **iam(GENERATE, Arn=WORKER))
    assert [each["EntityInfo"]["Arn"] for each in answer["EntityDetailsList"]] == [WORKER]
    assert (answer["JobStatus"], answer["JobCompletionDate"]) == ("COMPLETED", now)


def test_four_hundred_days(iam: Iam, note: Note) -> None:
    note("ann", timedelta(days=400, seconds=1))
    assert report(iam, ANN) == [UNUSED]


def test_policies_of_aws_count_in_the_own_account(iam: Iam, other: Iam, note: Note) -> None:
    note("ann", HOUR)
    iam("AttachUserPolicy", UserName="ann", PolicyArn=ADMINISTRATOR)
    every, job = [], iam(GENERATE, Arn=ADMINISTRATOR)
    for page in iam.pages(GET, "ServicesLastAccessed", 100, **job):
        every += page
    assert [each["ServiceNamespace"] for each in every] == sorted(catalogue().services)
    assert {each["ServiceNamespace"] for each in every if each["TotalAuthenticatedEntities"]} == {"s3"}
    theirs = other(GET, MaxItems=1000, **other(GENERATE, Arn=ADMINISTRATOR))["ServicesLastAccessed"]
    assert not any(each["TotalAuthenticatedEntities"] for each in theirs)


def test_the_same_caller_must_ask(iam: Iam, other: Iam, ids: dict[str, str]) -> None:
    job_id = iam(GENERATE, Arn=ANN)["JobId"]
    iam("AttachRolePolicy", RoleName="w", PolicyArn=ADMINISTRATOR)
    role = RoleSession(A, "w", ids["w"], "morning")
    by_role = iam.by(role)(GENERATE, Arn=ANN)["JobId"]
    iam.by(RoleSession(A, "w", ids["w"], "evening"))(GET, JobId=by_role)
    said = "Job with id {} cannot be found."
    for caller, job in ((iam.by(role), job_id), (other, job_id), (iam, by_role), (iam, "x" * 36)):
        refused("NoSuchEntity", said.format(job), caller, GET, JobId=job)
        refused("NoSuchEntity", said.format(job), caller, WITH_ENTITIES, JobId=job, ServiceNamespace="s3")


def test_what_was_deleted_has_no_report(iam: Iam, note: Note, ids: dict[str, str]) -> None:
    note("bob", HOUR)
    job_id = iam(GENERATE, Arn=ANN.replace("ann", "bob"))["JobId"]
    iam("RemoveUserFromGroup", UserName="bob", GroupName="crew")
    iam("DeleteUser", UserName="bob")
    refused("NoSuchEntity", f"Job with id {job_id} cannot be found.", iam, GET, JobId=job_id)
    note("bob", HOUR)
    assert ids
    assert report(iam, CREW) == [UNUSED]


def test_whom_it_is_about(iam: Iam) -> None:
    for arn in (f"arn:aws:iam::{A}:user/x/ann", f"arn:aws:iam::{A}:role/none"):
        noun, _, name = arn.rpartition(":")[2].replace("x/", "").partition("/")
        refused("NoSuchEntity", f"The {noun} with name {name} cannot be found.", iam, GENERATE, Arn=arn)
    refused("NoSuchEntity", f"Policy {OWN} was not found.", iam, GENERATE, Arn=OWN)
    profile = f"arn:aws:iam::{A}:instance-profile/m"
    said = f"Invalid Entity Arn: {profile} does not clearly define entity type and name."
    refused("InvalidInput", said, iam, GENERATE, Arn=profile)
    for theirs in (f"arn:aws:iam::{B}:user/ann", f"arn:aws:iam::{B}:policy/p"):
        with pytest.raises(AwsError) as caught:
            iam(GENERATE, Arn=theirs)
        assert caught.value.code == "AccessDenied"


def test_operations_and_actions() -> None:
    """Every operation that isn't on data is an action of its name, or of another that is known."""
    unknown = {
        action
        for service, rows in SERVED.items()
        for action, row in ((f"{PREFIXES[service]}:{name}", row) for name, row in rows.items())
        if not row.traits.data_event and not catalogue().action(ACTIONS.get(action, action))
    }
    listing = {
        f"s3:{each}"
        for each in (
            "HeadBucket",
            "ListMultipartUploads",
            "ListObjects",
            "ListObjectsV2",
            "ListObjectVersions",
        )
    }
    newer_than_the_list = {"iam:AcquireRole", "iam:UpdateDelegationRequest"}
    by_certificate = {
        f"rolesanywhere:{each}" for each in ("CreateHostSession", "CreateSession", "JoinHost", "RenewHost")
    }  # decided by a role's trust policy, or by a token to join
    of_people = {f"{PREFIXES[service]}:{name}" for service in ("sso", "sso-oidc") for name in SERVED[service]}
    assert unknown == listing | newer_than_the_list | by_certificate | of_people
