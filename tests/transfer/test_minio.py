"""An export of MinIO: what can be translated is made, what can't is told, and no secret is taken over.

The format of the archive: MinIO's `mc admin cluster iam export`.
"""

import json
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw
from tests.server.harness import watchword

from watchword.store.iam import attachments, groups, policies, policy_versions, users
from watchword.transfer import Import, Report
from watchword.transfer.minio.archive import Export, UnreadableExport, read
from watchword.transfer.minio.policies import Untranslatable, translated
from watchword.transfer.minio.translation import NO_SECRETS, Translation
from watchword.world import World

A = "111122223333"
SECRET = "a-secret-key-of-minio"


def allow(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": ["arn:aws:s3:::*"], **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


READS = policy(allow("s3:GetObject", "s3:ListBucket"))
ASSETS: dict[str, Any] = {
    "policies": {
        "reads": READS,
        "operators": policy(allow("admin:*"), allow("s3:*", "s3:ListenNotification")),
        "admins": policy({"Effect": "Allow", "Action": ["admin:*"]}),
    },
    "users": {
        "ann": {"secretKey": SECRET, "status": "enabled"},
        "bob": {"secretKey": SECRET, "status": "disabled"},
        "cy": {"secretKey": SECRET, "status": "enabled"},
    },
    "groups": {
        "staff": {"version": 1, "status": "enabled", "members": ["ann", "bob", "somebody"]},
        "former": {"version": 1, "status": "disabled", "members": ["ann"]},
    },
    "user_mappings": {"ann": {"version": 1, "policy": "reads,readwrite,admins"}, "bob": {"policy": "reads"}},
    "group_mappings": {"staff": {"policy": "operators"}, "former": {"policy": "reads"}},
    "stsuser_mappings": {"uid=dora,dc=example": {"policy": "reads"}},
    "svcaccts": {"AKSERVICE": {"parent": "ann", "secretKey": SECRET, "claims": {}, "status": "on"}},
}


def archive(folder: Path, **changed: Any) -> Path:
    place = folder / "cluster-iam-info.zip"
    with zipfile.ZipFile(place, "w") as made:
        for name, content in {**ASSETS, **changed}.items():
            made.writestr(f"iam-assets/{name}.json", json.dumps(content))
    return place


def moved(world: World, folder: Path, **changed: Any) -> tuple[Translation, Report]:
    translation = Translation(read(archive(folder, **changed)), A)
    file = folder / "minio.json"
    file.write_bytes(translation.form())
    return translation, Import(world, [file]).run()


def test_users_groups_and_policies_are_made(world: World, tmp_path: Path) -> None:
    translation, report = moved(world, tmp_path)
    assert (translation.problems, report.problems) == ([], [])
    with world.database.read() as tx:
        ann, bob, staff, former = (
            users.named(tx, A, "ann"),
            users.named(tx, A, "bob"),
            groups.named(tx, A, "staff"),
            groups.named(tx, A, "former"),
        )
        assert ann
        assert bob
        assert staff
        assert former

        def attached(noun: str, owner: Any) -> list[str]:
            return sorted(each.policy_arn.rpartition("/")[2] for each in attachments.of(tx, noun, owner.id))

        assert attached("user", ann) == ["reads", "readwrite"]
        assert attached("user", bob) == []
        assert {each.name for each in groups.of_user(tx, ann.id)} == {"staff", "former"}
        assert attached("group", staff) == ["operators"]
        assert attached("group", former) == []
        assert [each.name for each in groups.of_user(tx, bob.id)] == []
        assert policies.by_arn(tx, f"arn:aws:iam::{A}:policy/admins") is None
        operators = policies.by_arn(tx, f"arn:aws:iam::{A}:policy/operators")
        assert operators
        version = policy_versions.default_of(tx, operators.arn)
    assert version
    assert json.loads(version.document) == policy(allow("s3:*"))


def test_what_is_left_out_is_told(world: World, tmp_path: Path) -> None:
    translation, _ = moved(world, tmp_path)
    assert dict(translation.notes) == {
        "policy operators: admin:* isn't an action here: left out": 1,
        "policy operators: s3:ListenNotification isn't an action here: left out": 1,
        "policy admins: admin:* isn't an action here: left out": 1,
        "policy admins: nothing is left of it, so it isn't made": 1,
        NO_SECRETS: 3,
        "user bob is disabled: here it has no groups and no policies": 1,
        "group staff has a member that isn't in the export: left out": 1,
        "group former is disabled: here it has no policies": 1,
        "a service account of ann: make it a role, or a user of its own": 1,
        "the policies of uid=dora,dc=example, who signs in elsewhere: make a provider and a role that trusts "
        "it": 1,
    }


def test_the_same_export_again_changes_nothing(world: World, tmp_path: Path) -> None:
    moved(world, tmp_path)
    _, report = moved(world, tmp_path)
    assert {outcome for _, _, outcome in report.counts} == {"same"}


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (allow("s3:GetObject"), allow("s3:GetObject")),
        (allow("s3:Get*", "s3:Nothing*"), allow("s3:Get*")),
        (allow("s3:HeadBucket", "s3:ListBucket"), allow("s3:ListBucket")),
        (
            {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
            {"Effect": "Allow", "Action": ["s3:*"], "Resource": "*"},
        ),
        (allow("kms:Decrypt"), None),
        (allow("s3:*", Condition={"StringEquals": {"jwt:groups": "a"}}), None),
        (allow("s3:*", Condition={"StringEquals": {"LDAP:user": "a"}}), None),
        (allow("s3:*", Resource=["arn:aws:s3:::home/${jwt:sub}/*"]), None),
        (allow("s3:*", Resource=["arn:aws:s3:::home/${aws:userid}/*"]), None),
        (
            allow("s3:*", Resource=["arn:aws:s3:::home/${aws:username}/*"]),
            allow("s3:*", Resource=["arn:aws:s3:::home/${aws:username}/*"]),
        ),
        ({**allow("admin:*"), "Effect": "Deny"}, None),
    ],
    ids=str,
)
def test_statements(given: dict[str, Any], left: dict[str, Any] | None) -> None:
    told: list[str] = []
    found = translated(Raw(json.dumps(policy(given)).encode()), told.append)
    assert (json.loads(bytes(found)) if found else None) == (policy(left) if left else None)
    assert bool(told) == (left is None or (left["Action"] != given["Action"] and given["Action"] != "s3:*"))


@pytest.mark.parametrize(
    "more",
    [
        {"Condition": {"StringNotEquals": {"jwt:groups": "a"}}},
        {"Resource": ["arn:aws:s3:::home/${ldap:username}"]},
        {"Condition": {"StringEquals": {"s3:prefix": "${aws:groups}"}}},
    ],
    ids=str,
)
def test_a_denial_is_never_left_out(world: World, tmp_path: Path, more: dict[str, Any]) -> None:
    denies = {**allow("s3:*", **more), "Effect": "Deny"}
    translation, _ = moved(world, tmp_path, policies={**ASSETS["policies"], "denies": policy(denies)})
    assert len(translation.problems) == 1
    assert "policy denies: statement 0 denies by" in translation.problems[0]
    with pytest.raises(Untranslatable):
        translated(Raw(b"[]"), lambda _: None)


def test_a_policy_that_is_missing(world: World, tmp_path: Path) -> None:
    translation, _ = moved(world, tmp_path, user_mappings={"ann": {"policy": "gone"}})
    assert translation.problems == ["ann has the policy gone, which isn't in the export"]


def test_what_is_no_export(tmp_path: Path) -> None:
    for name, content in {"text": b"{}", "cut": b"PK\x03\x04"}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableExport):
            read(tmp_path / name)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as made:
        made.writestr("bucket/policy.json", "{}")
    with pytest.raises(UnreadableExport, match="has no iam-assets"):
        read(tmp_path / "other.zip")
    with pytest.raises(UnreadableExport, match="Expected `object"):
        read(archive(tmp_path, users=[1]))
    with pytest.raises(UnreadableExport):
        read(tmp_path / "missing.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_that_is_damaged(tmp_path: Path, method: int) -> None:
    place, name = tmp_path / "damaged.zip", "iam-assets/users.json"
    with zipfile.ZipFile(place, "w", method) as made:
        made.writestr(name, json.dumps({f"user-{number}": {} for number in range(99)}))
    whole = place.read_bytes()
    for at in range(len(name) + 30, len(name) + 90):
        place.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        with suppress(UnreadableExport):  # some bytes mean nothing
            read(place)


def test_no_secret_is_kept(tmp_path: Path) -> None:
    export = read(archive(tmp_path))
    assert isinstance(export, Export)
    assert SECRET not in repr(export)
    assert SECRET not in Translation(export, A).form().decode()


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    data = tmp_path / "data"
    assert watchword("account", "create", "main", "--id", A, "--data", str(data)).exit_code == 0
    where, place = ("--data", str(data)), str(archive(tmp_path))
    tried = watchword("import", "minio", A, place, "--dry-run", *where)
    assert f"account {A}: user: 3 would be made" in tried.stdout
    done = watchword("import", "minio", A, place, *where)
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"account {A}: policy: 3 made" in done.stdout
    assert f"not reproduced: {NO_SECRETS} (3)" in done.stdout
    for wrong in ((), (place,), ("1", place), (A,), (A, str(tmp_path / "none.zip"))):
        assert watchword("import", "minio", *wrong, *where).exit_code == 2
    denies = {**allow("s3:*", Condition={"Null": {"jwt:sub": "true"}}), "Effect": "Deny"}
    refused = watchword("import", "minio", A, str(archive(tmp_path, policies={"d": policy(denies)})), *where)
    assert refused.exit_code == 1
    assert "policy d: statement 0 denies by jwt:" in refused.stderr
    assert "nothing was changed" in refused.stderr
