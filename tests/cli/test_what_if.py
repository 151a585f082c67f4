"""What a replay says a policy would have changed is what the policy then changes."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from tests.cli.test_simulate import ALLOW, document
from tests.server.harness import Keys, Running, client, credentials, serve, watchword
from typer.testing import Result

from watchword.cli.output import Form
from watchword.cli.what_if import say_report
from watchword.policy import Policy
from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.unknown import Readings
from watchword.proposals import places
from watchword.proposals.effects import Outcome, Proposal
from watchword.proposals.report import Group, Report, Row

DOCS = Path(__file__).parents[2] / "docs"
SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
ADMINISTRATOR = "OrganizationAccountAccessRole"
FULL = ALLOW | {"Action": "*"}
DENY = {"Effect": "Deny", "Resource": "*"}
NO_UPLOADS = document(DENY | {"Sid": "NoUploads", "Action": "s3:Put*"})
ONLY_TAGGED = document(
    DENY
    | {
        "Sid": "OnlyTagged",
        "Action": "iam:CreateUser",
        "Condition": {"Null": {"aws:RequestTag/team": "true"}},
    }
)


class Place:
    """A server with an organization: a unit, an account in it with a user, and what both have done."""

    def __init__(self, server: Running, files: Path) -> None:
        self.data, self.endpoint, self.files = server.data, server.endpoint, files
        self.management = credentials(server.data)
        organizations = self.client("organizations", self.management)
        organizations.create_organization()
        self.root = organizations.list_roots()["Roots"][0]["Id"]
        for type_ in (SCP, RCP):
            organizations.enable_policy_type(RootId=self.root, PolicyType=type_)
        made = organizations.create_organizational_unit(ParentId=self.root, Name="Sandbox")
        self.unit = made["OrganizationalUnit"]["Id"]
        made = organizations.create_account(AccountName="dev", Email="dev@example.com")
        request = made["CreateAccountStatus"]["Id"]
        status = organizations.describe_create_account_status(CreateAccountRequestId=request)
        self.account = status["CreateAccountStatus"]["AccountId"]
        organizations.move_account(
            AccountId=self.account, SourceParentId=self.root, DestinationParentId=self.unit
        )
        self.organizations = organizations
        self.role = f"arn:aws:iam::{self.account}:role/{ADMINISTRATOR}"
        self.admin = self.session()
        iam = self.client("iam", self.admin)
        self.ann = iam.create_user(UserName="ann")["User"]["Arn"]
        iam.create_group(GroupName="readers")
        iam.add_user_to_group(GroupName="readers", UserName="ann")
        own = document(ALLOW | {"Action": ["s3:*", "iam:CreateUser", "iam:TagUser", "iam:DeleteUser"]})
        iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=own)
        self.keys: Keys = iam.create_access_key(UserName="ann")["AccessKey"]
        self.client("s3", self.admin).create_bucket(Bucket="reports")

    def client(self, service: str, keys: Keys) -> BaseClient:
        return client(service, self.endpoint, keys)

    def session(self) -> Keys:
        sts = self.client("sts", self.management)
        found: Keys = sts.assume_role(RoleArn=self.role, RoleSessionName="ci")["Credentials"]
        return found

    def work(self) -> dict[tuple[str, str], bool]:
        """Requests of both, and whether each was allowed."""
        done = {}
        for caller, keys in ((self.role, self.admin), (self.ann, self.keys)):
            s3, iam = self.client("s3", keys), self.client("iam", keys)
            done[caller, "s3:PutObject"] = allowed(s3.put_object, Bucket="reports", Key="1", Body=b"1")
            done[caller, "s3:GetObject"] = allowed(s3.get_object, Bucket="reports", Key="1")
            done[caller, "iam:CreateUser"] = allowed(iam.create_user, UserName="bob")
            done[caller, "iam:DeleteUser"] = allowed(iam.delete_user, UserName="bob")
            done[caller, "iam:ListUsers"] = allowed(iam.list_users)
        return done

    def file(self, text: str) -> str:
        file = self.files / "policy.json"
        file.write_text(text)
        return str(file)

    def replay(self, flag: str, text: str, *arguments: str) -> Result:
        return watchword("simulate", flag, self.file(text), "--data", str(self.data), *arguments)

    def rows(self, flag: str, text: str, *arguments: str) -> list[dict[str, Any]]:
        printed = self.replay(flag, text, *arguments, "--json").stdout
        return [json.loads(line) for line in printed.splitlines()]

    def with_guardrail(self, type_: str, text: str, target: str) -> dict[tuple[str, str], bool]:
        """The same requests once the policy is attached; then it goes."""
        made = self.organizations.create_policy(Name="p", Description="", Type=type_, Content=text)
        policy = made["Policy"]["PolicySummary"]["Id"]
        self.organizations.attach_policy(PolicyId=policy, TargetId=target)
        try:
            return self.work()
        finally:
            self.organizations.detach_policy(PolicyId=policy, TargetId=target)
            self.organizations.delete_policy(PolicyId=policy)


def allowed(call: Callable[..., object], **given: object) -> bool:
    try:
        call(**given)
    except ClientError as refused:
        return "AccessDenied" not in refused.response["Error"]["Code"]
    return True


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with serve(tmp_path_factory.mktemp("what-if") / "data") as server:
        yield Place(server, tmp_path_factory.mktemp("policies"))


def named(rows: list[dict[str, Any]], outcome: str) -> set[tuple[str, str]]:
    return {(each["principal"], each["action"]) for each in rows if each.get("outcome") == outcome}


def changed(before: dict[Any, bool], after: dict[Any, bool], *, to: bool) -> set[tuple[str, str]]:
    return {each for each, was in before.items() if was is not after[each] and after[each] is to}


NOT_HERE = document(DENY | {"Action": "*", "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}})
NO_ROLES = document(DENY | {"Action": "s3:*", "Condition": {"ArnLike": {"aws:PrincipalArn": "*:role/*"}}})
FOR_OTHERS = document(
    DENY
    | {
        "Principal": "*",
        "Action": "s3:*",
        "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-another123"}},
    }
)


@pytest.mark.parametrize("level", ["root", "unit", "account"])
@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("--with-scp", NO_UPLOADS),
        ("--with-scp", NOT_HERE),
        ("--with-scp", NO_ROLES),
        ("--with-rcp", FOR_OTHERS),
    ],
)
def test_a_guardrail_refuses_what_the_replay_said(place: Place, flag: str, text: str, level: str) -> None:
    before = place.work()
    rows = place.rows(flag, text, "--at", getattr(place, level))
    after = place.with_guardrail(SCP if flag == "--with-scp" else RCP, text, getattr(place, level))
    assert named(rows, "refused") & before.keys() == changed(before, after, to=False) != set()
    assert not named(rows, "allowed") | named(rows, "undecided")


def test_the_management_account_is_exempt(place: Place) -> None:
    rows = place.rows("--with-scp", NOT_HERE, "--at", place.root)
    assert {each["principal"] for each in rows[:-1]} == {place.role, place.ann}


def test_a_policy_allows_what_the_replay_said(place: Place) -> None:
    text = document(ALLOW | {"Action": "iam:List*"}, DENY | {"Action": "s3:GetObject"})
    before = place.work()
    iam = place.client("iam", place.admin)
    group = place.ann.replace("user/ann", "group/readers")
    for on in (place.ann, group):
        rows = place.rows("--with-policy", text, "--on", on)
        if on == group:
            iam.put_group_policy(GroupName="readers", PolicyName="p", PolicyDocument=text)
            after = place.work()
            iam.delete_group_policy(GroupName="readers", PolicyName="p")
        else:
            iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=text)
            after = place.work()
            iam.delete_user_policy(UserName="ann", PolicyName="p")
        assert named(rows, "refused") == changed(before, after, to=False) == {(place.ann, "s3:GetObject")}
        assert named(rows, "allowed") == changed(before, after, to=True) == {(place.ann, "iam:ListUsers")}


def test_a_boundary_refuses_what_the_replay_said(place: Place) -> None:
    text = document(ALLOW | {"Action": ["s3:Get*", "iam:*"]}, DENY | {"Action": "iam:DeleteUser"})
    before = place.work()
    rows = place.rows("--with-boundary", text, "--on", place.ann)
    iam = place.client("iam", place.admin)
    policy = iam.create_policy(PolicyName="boundary", PolicyDocument=text)["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=policy)
    after = place.work()
    assert named(rows, "refused") == changed(before, after, to=False)
    assert named(rows, "refused") == {(place.ann, "s3:PutObject"), (place.ann, "iam:DeleteUser")}
    # What only the boundary lacks is allowed once another takes its place.
    wider = document(ALLOW | {"Action": "s3:*"})
    rows = place.rows("--with-boundary", wider, "--on", place.ann)
    iam.delete_user_permissions_boundary(UserName="ann")
    assert (place.ann, "s3:PutObject") in named(rows, "allowed")


def test_what_was_not_recorded_is_undecided(place: Place) -> None:
    place.work()
    rows = place.rows("--with-scp", ONLY_TAGGED, "--at", place.unit)
    assert named(rows, "undecided") == {(place.role, "iam:CreateUser"), (place.ann, "iam:CreateUser")}
    assert {each["because"] for each in rows[:-1]} == {"not recorded: aws:RequestTag/team"}
    total = rows[-1]
    assert total["undecided"] > 0 == total["refused"]
    assert total["requests"] == total["unchanged"] + total["undecided"]


def test_examples_are_explained(place: Place) -> None:
    place.work()
    (row, *_) = place.rows("--with-scp", NO_UPLOADS, "--at", place.account)
    assert (row["outcome"], row["because"]) == ("refused", "statement NoUploads")
    for request in row["examples"]:
        assert "s3:PutObject" in watchword("explain", request, "--data", str(place.data)).stdout


@pytest.mark.parametrize(
    ("text", "fail_on", "code"),
    [
        (NO_UPLOADS, [], 0),
        (NO_UPLOADS, ["refused"], 1),
        (NO_UPLOADS, ["allowed", "undecided"], 0),
        (NO_UPLOADS, ["allowed", "refused"], 1),
        (ONLY_TAGGED, ["refused"], 0),
        (ONLY_TAGGED, ["undecided"], 1),
    ],
)
def test_the_exit_code_is_what_ci_asks_for(place: Place, text: str, fail_on: list[str], code: int) -> None:
    place.work()
    flags = [word for each in fail_on for word in ("--fail-on", each)]
    assert place.replay("--with-scp", text, "--at", place.unit, *flags).exit_code == code


def test_a_period(place: Place) -> None:
    place.work()
    at = ("--at", place.unit)
    total = place.rows("--with-scp", NO_UPLOADS, *at)[-1]
    first, last = total["first"], total["last"]
    for period, requests in (
        (("--until", first), 0),
        (("--since", "2999-01-01"), 0),
        (("--since", first), total["requests"]),
        (("--since", "1h"), total["requests"]),
    ):
        assert place.rows("--with-scp", NO_UPLOADS, *at, *period)[-1]["requests"] == requests, period
    some = place.rows("--with-scp", NO_UPLOADS, *at, "--since", last)[-1]
    rest = place.rows("--with-scp", NO_UPLOADS, *at, "--until", last)[-1]
    assert some["requests"] + rest["requests"] == total["requests"]
    assert (some["first"], some["last"]) == (last, last)


def test_the_report_for_people(place: Place) -> None:
    place.work()
    text = place.replay("--with-scp", NO_UPLOADS, "--at", place.unit).stdout
    assert f"at OU Sandbox ({place.unit}): 1 account" in text
    assert f"s3:PutObject by {place.ann}: statement NoUploads" in text
    tags = document(DENY | {"Action": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}}})
    text = place.replay("--with-scp", tags, "--at", place.unit).stdout
    assert f"s3:GetObject by {place.role}: not recorded: aws:PrincipalTag/team" in text
    assert "as they are today, not as they were: aws:principaltag/team" in text


def test_a_malformed_policy_is_shown_with_a_caret(place: Place) -> None:
    result = place.replay("--with-scp", NO_UPLOADS.replace('"Deny"', '"Denyy"'), "--at", place.unit)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "INVALID_EFFECT: Denyy is neither Allow nor Deny." in result.stderr
    assert result.stderr.rstrip().endswith("^")


def test_the_example_of_the_page_is_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    page = (DOCS / "what-if.md").read_text()
    shown = re.findall(r"^```\n\$ .+?\n(.+?)^```$", page, re.MULTILINE | re.DOTALL)[0]
    account, no_uploads = "738929141859", "statement NoUploads"
    rows = {
        ("s3:PutObject", "role/nightly-backup", Outcome.REFUSED, no_uploads): Row(
            809, "", ["d680024b-f246-408f-8599-239dc9396d7b", "4e78d8f4-a270-438c-adf0-ff139963efe7"]
        ),
        ("s3:PutObject", "user/ann", Outcome.REFUSED, no_uploads): Row(
            3, "", ["4d7c8a72-cdcb-4acb-9691-f01db38fc126"]
        ),
        ("iam:CreateUser", "role/hr", Outcome.UNDECIDED, "not recorded: aws:RequestTag/team"): Row(
            2, "", ["aacba2ed-9db8-4cc8-9a25-80de8b860847"]
        ),
    }
    report = Report(1_204_331, first="2026-10-29T10:31:07Z", last="2026-11-28T10:24:34Z")
    report.outcomes.update({Outcome.REFUSED: 812, Outcome.UNDECIDED: 2})
    report.rows = {
        Group(outcome, f"arn:aws:iam::{account}:{who}", action, because): row
        for (action, who, outcome, because), row in rows.items()
    }
    unit = "ou-2a7h-5frqkxw6"
    covers = frozenset(str(number) for number in range(12))
    at = places.Place(unit, f"OU Sandbox ({unit})", covers)
    readings = Readings(Policy.parse(NO_UPLOADS), "no-uploads.json")
    say_report(report, Proposal(PolicyType.SCP, readings, at), Form.TEXT)
    assert capsys.readouterr().out == shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--with-scp", "{file}"], "--at must say where"),
        (["--with-policy", "{file}"], "--on must say where"),
        (
            ["--with-scp", "{file}", "--at", "ou-none"],
            "no organization has a root",
        ),
        (["--with-scp", "{file}", "--on", "ou-none"], "--on has an effect only with"),
        (["--with-scp", "{file}", "--with-rcp", "{file}", "--at", "x"], "don't go together"),
        (["--with-scp", "{file}", "--at", "x", "--principal", "x"], "don't go together"),
        (["--with-policy", "{file}", "--on", "x"], "not the ARN of a user or group or role: x"),
        (["--with-boundary", "{file}", "--on", "{group}"], "not the ARN of a user or role"),
        (["--with-policy", "{file}", "--on", "{ann}x"], "there is no user"),
        (["--with-scp", "/nowhere/p.json", "--at", "x"], "No such file or directory"),
        (
            ["--since", "1h", "--principal", "x", "--action", "s3:GetObject"],
            "--since has an effect",
        ),
        ([], "give --principal and --action"),
    ],
)
def test_what_can_not_be_replayed_is_said_in_one_line(place: Place, arguments: list[str], said: str) -> None:
    file = place.file(document(FULL))
    words = {"file": file, "ann": place.ann, "group": place.ann.replace("user/ann", "group/readers")}
    result = watchword("simulate", *(each.format(**words) for each in arguments), "--data", str(place.data))
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
