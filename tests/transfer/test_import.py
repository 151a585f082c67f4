"""An import makes what the files say, or nothing. What is in the way is said with its place."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select
from tests.transfer.files import ADMINISTRATOR, LIMIT, READS, A, B, account, file, other_account

from watchword.access.audit_lookup import of_operators
from watchword.installation.administrator import Refused
from watchword.store import accounts, tags
from watchword.store.changes import CHANGES
from watchword.store.iam import (
    attachments,
    groups,
    inline_policies,
    instance_profiles,
    policies,
    policy_versions,
    roles,
    users,
)
from watchword.transfer import Import, Report, importing, lines
from watchword.transfer.report import DIFFERS, MAKE, REPLACE, SAME
from watchword.world import World

Change = Callable[[dict[str, Any]], object]
DAY = datetime(2024, 5, 1, 10, tzinfo=UTC)


def run(world: World, *files: Path, replace: bool = False, dry_run: bool = False) -> Report:
    return Import(world, files, replace, dry_run).run()


def exported(world: World) -> str:
    with world.database.read() as tx:
        return "\n".join(lines(tx, [each.id for each in accounts.all_accounts(tx)]))


def test_everything_is_there_with_the_same_ids(world: World, tmp_path: Path) -> None:
    report = run(world, file(tmp_path, account()))
    assert (report.problems, report.differences, report.new_accounts) == ([], [], [A])
    assert report.number(MAKE) == len(("user", "group", "role", "policy", "profile"))
    with world.database.read() as tx:
        ann, staff, worker = (
            users.named(tx, A, "ANN"),
            groups.named(tx, A, "staff"),
            roles.named(tx, A, "worker"),
        )
        machines, limit = instance_profiles.named(tx, A, "machines"), policies.by_arn(tx, LIMIT)
        assert ann
        assert staff
        assert worker
        assert machines
        assert limit
        assert (ann.id, ann.path, ann.created, ann.boundary) == (
            "AIDAANNANNANNANNANNAN",
            "/people/",
            DAY,
            LIMIT,
        )
        assert [each.name for each in groups.of_user(tx, ann.id)] == ["staff"]
        assert tags.of(tx, "user", ann.id) == {"team": "blue"}
        assert [each.policy_arn for each in attachments.of(tx, "group", staff.id)] == [ADMINISTRATOR]
        assert [each.name for each in inline_policies.of(tx, "role", worker.id)] == ["own"]
        assert '"AWS":"AIDAANNANNANNANNANNAN"' in worker.trust  # stored by its unique id
        assert (worker.last_used, worker.last_used_region) == (DAY, "eu-west-1")
        assert machines.role_id == worker.id
        assert [each.number for each in policy_versions.of(tx, limit.id)] == [3, 1]
        assert (limit.default_version, limit.next_version) == (3, 4)


def test_again_it_changes_nothing(world: World, tmp_path: Path) -> None:
    details = file(tmp_path, account())
    run(world, details)
    before = exported(world)
    report = run(world, details)
    assert {outcome for _, _, outcome in report.counts} == {SAME}
    assert exported(world) == before


def test_a_dry_run_changes_nothing(world: World, tmp_path: Path) -> None:
    report = run(world, file(tmp_path, account()), dry_run=True)
    assert report.number(MAKE) == len(("user", "group", "role", "policy", "profile"))
    with world.database.read() as tx:
        assert accounts.count(tx) == 0
    assert list(of_operators(world)) == []


def test_several_accounts_may_trust_each_other(world: World, tmp_path: Path) -> None:
    first, second = account(), other_account()
    trust = first["RoleDetailList"][0]["AssumeRolePolicyDocument"]["Statement"][0]
    trust["Principal"] = {"AWS": [f"arn:aws:iam::{B}:role/worker", f"arn:aws:iam::{B}:root", A]}
    report = run(world, file(tmp_path, first), file(tmp_path, second, "b.json"))
    assert (report.problems, report.new_accounts) == ([], [A, B])
    with world.database.read() as tx:
        worker = roles.named(tx, A, "worker")
    assert worker
    assert json.loads(worker.trust)["Statement"][0]["Principal"]["AWS"] == [
        "AROABWORKERWORKERWORKE",
        f"arn:aws:iam::{B}:root",
        f"arn:aws:iam::{A}:root",
    ]


def test_who_is_in_no_account_here_is_trusted_by_name(world: World, tmp_path: Path) -> None:
    details = account()
    trust = details["RoleDetailList"][0]["AssumeRolePolicyDocument"]["Statement"][0]
    trust["Principal"] = {
        "AWS": [f"arn:aws:iam::{B}:role/r", "AIDADELETEDDELETED"],
        "Federated": f"arn:aws:iam::{A}:saml-provider/x",
    }
    report = run(world, file(tmp_path, details))
    assert not report.problems
    assert set(report.notes) >= {
        f"account {B} is trusted, and isn't here yet",
        f"arn:aws:iam::{A}:saml-provider/x is trusted, and isn't here yet",
    }
    with world.database.read() as tx:
        worker = roles.named(tx, A, "worker")
    assert worker
    assert f'"arn:aws:iam::{B}:role/r","AIDADELETEDDELETED"' in worker.trust


# --- what differs ---------------------------------------------------------------------------------------


def _untag(details: dict[str, Any]) -> None:
    details["UserDetailList"][0]["Tags"] = []


def _leave(details: dict[str, Any]) -> None:
    details["UserDetailList"][0]["GroupList"] = []


def _rename(details: dict[str, Any]) -> None:
    details["UserDetailList"][0] |= {"UserName": "Ann2", "Arn": f"arn:aws:iam::{A}:user/people/Ann2"}
    statement = details["RoleDetailList"][0]["AssumeRolePolicyDocument"]["Statement"][0]
    statement["Principal"]["AWS"] = f"arn:aws:iam::{A}:user/people/Ann2"


def _detach(details: dict[str, Any]) -> None:
    details["GroupDetailList"][0]["AttachedManagedPolicies"] = []


def _longer(details: dict[str, Any]) -> None:
    details["RoleDetailList"][0] |= {"MaxSessionDuration": 7200, "Description": "works"}


def _other_trust(details: dict[str, Any]) -> None:
    details["RoleDetailList"][0]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"].pop("AWS")


def _other_version(details: dict[str, Any]) -> None:
    first, second = details["Policies"][0]["PolicyVersionList"]
    first["IsDefaultVersion"], second["IsDefaultVersion"] = False, True
    details["Policies"][0]["DefaultVersionId"] = "v1"


def _no_profile_role(details: dict[str, Any]) -> None:
    (profile,) = details["RoleDetailList"][0].pop("InstanceProfileList")
    details["InstanceProfiles"] = [profile | {"Roles": []}]


OTHERWISE: list[tuple[Change, str, str]] = [
    (_untag, "UserDetailList[0]", "Tags"),
    (_leave, "UserDetailList[0]", "GroupList"),
    (_rename, "UserDetailList[0]", "UserName, Arn"),
    (_detach, "GroupDetailList[0]", "AttachedManagedPolicies"),
    (_longer, "RoleDetailList[0]", "Description, MaxSessionDuration"),
    (_other_trust, "RoleDetailList[0]", "AssumeRolePolicyDocument"),
    (_other_version, "Policies[0]", "DefaultVersionId, PolicyVersionList"),
    (_no_profile_role, "InstanceProfiles[0]", "Roles"),
]


@pytest.mark.parametrize(("change", "place", "members"), OTHERWISE)
def test_what_is_otherwise_here_is_replaced_when_asked_only(
    world: World, tmp_path: Path, change: Change, place: str, members: str
) -> None:
    details = account()
    run(world, file(tmp_path, details))
    before = exported(world)
    change(details)
    changed = file(tmp_path, details)
    report = run(world, changed)
    assert [line.partition(": ")[2] for line in report.differences if f"$.{place}:" in line] == [
        f"$.{place}: {_arn(details, place)} is here with other {members}"
    ]
    assert report.number(DIFFERS) >= 1
    assert exported(world) == before
    assert run(world, changed, replace=True).number(REPLACE) >= 1
    assert exported(world) != before
    assert {outcome for _, _, outcome in run(world, changed).counts} == {SAME}


def _arn(details: dict[str, Any], place: str) -> str:
    return str(details[place.partition("[")[0]][0]["Arn"])


def test_what_the_file_does_not_say_stays(world: World, tmp_path: Path) -> None:
    details = account()
    _longer(details)
    run(world, file(tmp_path, details))
    assert run(world, file(tmp_path, account())).differences == []
    with world.database.read() as tx:
        worker = roles.named(tx, A, "worker")
    assert worker
    assert (worker.max_session, worker.description) == (7200, "works")


def test_an_entity_of_that_name_with_another_id_is_never_replaced(world: World, tmp_path: Path) -> None:
    run(world, file(tmp_path, account()))
    details = account()
    details["UserDetailList"][0] |= {"UserId": "AIDAOTHEROTHEROTHEROT", "UserName": "ANN"}
    details["UserDetailList"][0]["Arn"] = f"arn:aws:iam::{A}:user/people/ANN"
    details["RoleDetailList"] = []
    (problem,) = run(world, file(tmp_path, details), replace=True).problems
    assert "the user ann of account 111111111111 is here with another id, AIDAANNANNANNANNANNAN" in problem


def test_an_id_of_another_account_is_refused(world: World, tmp_path: Path) -> None:
    run(world, file(tmp_path, account()))
    stolen = json.loads(json.dumps(account()).replace(A, B))
    problems = run(world, file(tmp_path, stolen), replace=True).problems
    assert any(
        "the id AIDAANNANNANNANNANNAN is taken, by arn:aws:iam::111111111111:user" in each
        for each in problems
    )


# --- hostile files --------------------------------------------------------------------------------------

BROKEN = json.loads((Path(__file__).parents[1] / "vectors" / "transfer" / "broken.json").read_text())
"""A part of the file that is set, or appended to its list, and the beginning of what is said about that."""


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["said"])
def test_a_broken_file_changes_nothing(world: World, tmp_path: Path, case: dict[str, Any]) -> None:
    details = account()
    change(details, case["at"], case["value"])
    report = run(world, file(tmp_path, details), replace=True)
    assert any(f"details.json: {case['said']}" in problem for problem in report.problems), report.problems
    assert all("\n" not in problem for problem in report.problems)
    with world.database.read() as tx:
        assert accounts.count(tx) == 0


def change(details: dict[str, Any], path: list[str | int], value: object) -> None:
    part: Any = details
    for step in path[:-1]:
        part = part[step]
    if isinstance(part, list) and path[-1] == len(part):
        part.append(value)
    else:
        part[path[-1]] = value


def test_problems_are_limited(world: World, tmp_path: Path) -> None:
    details = {"UserDetailList": [{"UserName": 1}] * 1000}
    assert len(run(world, file(tmp_path, details)).problems) == 100


def test_a_file_that_is_not_there_is_said(world: World, tmp_path: Path) -> None:
    assert run(world, tmp_path / "no.json").problems == [f"{tmp_path}/no.json: No such file or directory"]
    assert run(world, tmp_path).problems == [f"{tmp_path}: Is a directory"]


# --- what can't be reproduced ---------------------------------------------------------------------------


FUTURE = "arn:aws:iam::aws:policy/FromTheFuture"


def with_future(document: object) -> dict[str, Any]:
    """An account that uses a policy of AWS with that document, which isn't known here."""
    details = account()
    attached = {"PolicyName": "FromTheFuture", "PolicyArn": FUTURE}
    details["GroupDetailList"][0]["AttachedManagedPolicies"].append(attached)
    (limit,) = details["Policies"]
    versions = [limit["PolicyVersionList"][0] | {"Document": document}]
    own = {"PolicyName": "FromTheFuture", "PolicyId": "ANPA" + "F" * 17, "Arn": FUTURE}
    details["Policies"].append(limit | own | {"PolicyVersionList": versions})
    return details


def test_a_policy_of_aws_that_is_not_known_here_is_left_out_where_it_denies_nothing(
    world: World, tmp_path: Path
) -> None:
    report = run(world, file(tmp_path, with_future(READS)))
    assert report.problems == []
    assert report.notes[f"{FUTURE} isn't known here, and is left out where it is attached"] == 1


def test_a_policy_of_aws_that_may_deny_something_is_not_left_out(world: World, tmp_path: Path) -> None:
    harmless, unsaid = with_future(READS), with_future(READS)
    del unsaid["Policies"][1]
    denying = with_future(READS | {"Statement": [READS["Statement"][0] | {"Effect": "Deny"}]})
    for first, *others in ([denying], [unsaid], [denying, harmless], [harmless, denying]):
        files = [file(tmp_path, each, f"{number}.json") for number, each in enumerate([first, *others])]
        problems = run(world, *files).problems
        assert any("FromTheFuture isn't known here, and may deny something" in each for each in problems)


@pytest.mark.parametrize(
    "trusted",
    [
        {"Principal": {"AWS": f"arn:aws:iam::{A}:user/people/ann"}},
        {"Principal": {"AWS": A, "Service": "ec2.amazonaws.com"}},
        {"Principal": {"AWS": "*"}},
        {"Principal": "*"},
        {"Principal": {"Federated": "accounts.google.com"}},
    ],
)
def test_a_service_linked_role_trusts_services_alone(
    world: World, tmp_path: Path, trusted: dict[str, Any]
) -> None:
    details, service = account(), {"Principal": {"Service": "ec2.amazonaws.com"}}
    (role,) = details["RoleDetailList"]
    role["Path"] = "/aws-service-role/ec2.amazonaws.com/"
    role["Arn"] = f"arn:aws:iam::{A}:role{role['Path']}worker"
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    statement |= service
    assert run(world, file(tmp_path, details), dry_run=True).problems == []
    role["AssumeRolePolicyDocument"]["Statement"].append(statement | trusted)
    (problem,) = run(world, file(tmp_path, details)).problems
    assert "a service-linked role trusts services alone" in problem


def test_another_version_of_a_policy_of_aws_is_said(world: World, tmp_path: Path) -> None:
    details = account()
    version = details["Policies"][0]["PolicyVersionList"][0] | {"VersionId": "v999"}
    more = {
        "PolicyName": "AdministratorAccess",
        "Arn": ADMINISTRATOR,
        "DefaultVersionId": "v999",
        "PolicyId": "ANPAIWMBCKSKIEE64ZLYK",
    }
    details["Policies"].append(details["Policies"][0] | more | {"PolicyVersionList": [version]})
    report = run(world, file(tmp_path, details))
    assert f"{ADMINISTRATOR} has the version v999 in the file; here v1 decides" in report.notes


@pytest.mark.parametrize(
    "name", ["WatchwordAdministrator", "watchwordADMINISTRATOR", "AWSReservedSSO_Read_0123456789abcdef"]
)
def test_the_administrator_is_never_imported(world: World, tmp_path: Path, name: str) -> None:
    details = account()
    arn = f"arn:aws:iam::{A}:role/watchword/{name}"
    details["RoleDetailList"][0] |= {
        "RoleName": name,
        "Path": "/watchword/",
        "Arn": arn,
        "InstanceProfileList": [],
    }
    report = run(world, file(tmp_path, details))
    assert f"{arn} is left out: each installation makes its own" in report.notes
    with world.database.read() as tx:
        assert roles.count(tx, A) == 0


def test_unknown_members_are_said(world: World, tmp_path: Path) -> None:
    details = account()
    details["UserDetailList"][0]["Favourite"] = "tea"
    report = run(world, file(tmp_path, details))
    assert report.notes["UserDetailList: the member Favourite isn't known here, and is left out"] == 1


@pytest.mark.parametrize("encoded", [True, False])
def test_documents_may_be_texts_as_the_interface_has_them(
    world: World, tmp_path: Path, encoded: bool
) -> None:
    details = account()
    text = json.dumps(details["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"], indent=2)
    details["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"] = quote(text) if encoded else text
    run(world, file(tmp_path, account()))
    assert {outcome for _, _, outcome in run(world, file(tmp_path, details)).counts} == {SAME}


def test_a_trust_policy_may_be_as_long_as_aws_lets_it_become(world: World, tmp_path: Path) -> None:
    details = account()
    statement = details["RoleDetailList"][0]["AssumeRolePolicyDocument"]["Statement"][0]
    statement["Condition"] = {"StringEquals": {"sts:ExternalId": ["x" * 100 for _ in range(30)]}}
    assert run(world, file(tmp_path, details)).problems == []
    statement["Condition"]["StringEquals"]["sts:ExternalId"] *= 3
    assert "Cannot exceed quota for ACLSizePerRole: 2048" in run(world, file(tmp_path, details)).problems[0]


# --- batches, crashes, caches, records ------------------------------------------------------------------


class Crash(Exception):  # noqa: N818
    """The process ends."""


def many(count: int) -> dict[str, Any]:
    details = account()
    details["RoleDetailList"] = [
        details["RoleDetailList"][0]
        | {"RoleName": f"r{number}", "Arn": f"arn:aws:iam::{A}:role/r{number}", "InstanceProfileList": []}
        | {"RoleId": f"AROA{number:017d}"}
        for number in range(count)
    ]
    return details


def test_a_crash_leaves_whole_batches_and_the_same_command_goes_on(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 3)
    details = file(tmp_path, many(10))

    def crash(what: str, done: int, _: int) -> None:
        if (what, done) == ("writing", 9):
            raise Crash

    with pytest.raises(Crash):
        Import(world, [details], progress=crash).run()
    with world.database.read() as tx:
        found, _ = roles.page(tx, A, limit=100)
        assert len(found) == 6
        assert all(len(inline_policies.of(tx, "role", each.id)) == 1 for each in found)
        assert all(len(attachments.of(tx, "role", each.id)) == 1 for each in found)
    report = run(world, details)
    assert (report.number(SAME), report.number(MAKE)) == (9, 4)
    with world.database.read() as tx:
        assert roles.count(tx, A) == 10


def test_each_batch_has_an_event_of_the_operator(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 3)
    run(world, file(tmp_path, many(4)))
    found = [
        (each["eventName"], each["requestParameters"], each["responseElements"])
        for each in of_operators(world)
    ]
    policies_, groups_, users_ = (
        ("ImportEntities", {"files": "details.json", "type": noun}, {"made": "1", "replaced": "0"})
        for noun in ("policy", "group", "user")
    )
    assert found == [
        ("CreateAccount", {"name": "imported"}, {"accountId": A}),
        *(policies_, groups_, users_),
        ("ImportEntities", {"files": "details.json", "type": "role"}, {"made": "3", "replaced": "0"}),
        ("ImportEntities", {"files": "details.json", "type": "role"}, {"made": "1", "replaced": "0"}),
    ]


def test_caches_are_told(world: World, tmp_path: Path) -> None:
    run(world, file(tmp_path, account()))
    with world.database.read() as tx:
        told = set(tx.all(lambda kind, key: (kind, key), select(CHANGES.c.kind, CHANGES.c.key)))
    assert told >= {
        ("account", A),
        ("user", "AIDAANNANNANNANNANNAN"),
        ("group", "AGPASTAFFSTAFFSTAFFST"),
        ("role", "AROAWORKERWORKERWORKE"),
        ("policy", "ANPALIMITLIMITLIMITLI"),
        ("instance-profile", "AIPAMACHINESMACHINESM"),
    }


def test_what_changes_meanwhile_is_not_overwritten(world: World, tmp_path: Path) -> None:
    details = file(tmp_path, account())

    def meddle(what: str, done: int, total: int) -> None:
        if what == "comparing" and done == total:
            changed = account()
            changed["Policies"] = []
            changed["RoleDetailList"] = []
            changed["UserDetailList"] = []
            changed["GroupDetailList"][0]["AttachedManagedPolicies"] = []
            run(world, file(tmp_path, changed, "other.json"))

    with pytest.raises(Refused, match="changed meanwhile"):
        Import(world, [details], progress=meddle).run()
    with world.database.read() as tx:
        assert users.count(tx, A) == 0
