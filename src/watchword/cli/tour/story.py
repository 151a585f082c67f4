"""The first half of the story: requests, and the answers that AWS gives and this server must give.

There are accounts A and B. Alice is a user of A. The role `reader` of A trusts her and may use one bucket.
The role `partner` of B trusts callers of account A who give the external id.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from watchword.cli.tour.stage import Client, Stage

EXTERNAL_ID = "invoice-4711"
KEY = "2026/november.txt"
ALLOWED = ""
HOUR_AND_A_BIT = 3700

Credentials = dict[str, str]


class OnStage(Protocol):
    """A story: whatever acts on a stage."""

    @property
    def stage(self) -> Stage: ...


Acting = TypeVar("Acting", bound=OnStage)


@dataclass(frozen=True, slots=True)
class Step(Generic[Acting]):
    """One request. `expected` is the error code of the answer, or ALLOWED."""

    title: str
    act: Callable[[Acting], "Told | None"]
    expected: str = ALLOWED
    shown: str = ""
    """The service of the request that is shown; the newest of any service by default."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that a client passes on, as programs log it."""

    code: str
    said: str
    request_id: str


@dataclass
class Story:
    """The principals, and their credentials."""

    stage: Stage
    account_a: str
    account_b: str
    alice: Credentials = field(default_factory=dict)
    session: Credentials = field(default_factory=dict)

    @classmethod
    def begin(cls, stage: Stage) -> "Story":
        """The administrators of both accounts create users, roles and buckets."""
        a, b = stage.account("A"), stage.account("B")
        story = cls(stage, a, b)
        story.iam_a.create_user(UserName="alice")
        story.alice = story.iam_a.create_access_key(UserName="alice")["AccessKey"]
        story.make_reader()
        for account, bucket in ((a, story.reports), (a, story.secrets), (b, story.ledger)):
            stage.administrator("s3", account).create_bucket(Bucket=bucket)
        stage.administrator("s3", b).put_object(Bucket=story.ledger, Key=KEY, Body=b"paid\n")
        story.iam_b.create_role(
            RoleName="partner",
            AssumeRolePolicyDocument=policy(
                "sts:AssumeRole",
                Principal={"AWS": a},
                Condition={"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
            ),
        )
        return story

    @property
    def iam_a(self) -> Client:
        """IAM of A, in a new session of its administrator: time passes in this story."""
        return self.stage.administrator("iam", self.account_a)

    @property
    def iam_b(self) -> Client:
        return self.stage.administrator("iam", self.account_b)

    @property
    def reports(self) -> str:
        return f"reports-{self.account_a}"

    @property
    def secrets(self) -> str:
        return f"secrets-{self.account_a}"

    @property
    def ledger(self) -> str:
        return f"ledger-{self.account_b}"

    @property
    def partner(self) -> str:
        return f"arn:aws:iam::{self.account_b}:role/partner"

    def make_reader(self) -> None:
        """The role, its trust policy, and its permissions."""
        self.iam_a.create_role(
            RoleName="reader",
            AssumeRolePolicyDocument=policy(
                "sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{self.account_a}:user/alice"}
            ),
        )
        self.iam_a.put_role_policy(
            RoleName="reader",
            PolicyName="reports",
            PolicyDocument=policy(
                ["s3:GetObject", "s3:PutObject"], Resource=f"arn:aws:s3:::{self.reports}/*"
            ),
        )

    def remove_reader(self) -> None:
        self.iam_a.delete_role_policy(RoleName="reader", PolicyName="reports")
        self.iam_a.delete_role(RoleName="reader")

    def assume_reader(self) -> None:
        arn = f"arn:aws:iam::{self.account_a}:role/reader"
        answer = self.stage.client("sts", self.alice).assume_role(RoleArn=arn, RoleSessionName="morning")
        self.session = answer["Credentials"]

    def s3(self, tamper: Callable[[Any], None] | None = None) -> Client:
        return self.stage.client("s3", self.session, tamper)

    def read(self) -> None:
        """Reads the object with the credentials of the session."""
        assert self.s3().get_object(Bucket=self.reports, Key=KEY)["Body"].read()

    def ask_partner(self, **more: str) -> None:
        sts = self.stage.client("sts", self.alice)
        sts.assume_role(RoleArn=self.partner, RoleSessionName="invoice", **more)

    def let_alice_ask(self) -> None:
        """The Allow in account A that a call across accounts needs."""
        self.iam_a.put_user_policy(
            UserName="alice",
            PolicyName="partner",
            PolicyDocument=policy("sts:AssumeRole", Resource=self.partner),
        )


def _put(story: Story) -> None:
    story.s3().put_object(Bucket=story.reports, Key=KEY, Body=b"all is well\n")


def _get_other_bucket(story: Story) -> None:
    story.s3().get_object(Bucket=story.secrets, Key="plans.txt")


def _get_with_changed_signature(story: Story) -> None:
    def flip(request: Any) -> None:  # noqa: ANN401 botocore's prepared request
        said = _header(request, "Authorization")
        request.headers["Authorization"] = said[:-1] + ("0" if said[-1] != "0" else "1")

    story.s3(flip).get_object(Bucket=story.reports, Key=KEY)


def _get_with_changed_token(story: Story) -> None:
    token = story.session["SessionToken"]
    middle = len(token) // 2
    changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    client = story.stage.client("s3", {**story.session, "SessionToken": changed})
    client.get_object(Bucket=story.reports, Key=KEY)


def _get_after_expiry(story: Story) -> None:
    story.stage.world.clock.advance(HOUR_AND_A_BIT)
    story.read()


def _get_after_deletion(story: Story) -> None:
    story.stage.world.clock.advance(-HOUR_AND_A_BIT)
    story.remove_reader()
    story.read()


def _get_after_recreation(story: Story) -> None:
    story.make_reader()
    story.read()


def _cross_with_both(story: Story) -> None:
    story.let_alice_ask()
    story.ask_partner(ExternalId=EXTERNAL_ID)


STEPS: tuple[Step[Story], ...] = (
    Step("Alice assumes the role that trusts her", Story.assume_reader),
    Step("The role may put an object into its bucket", _put),
    Step("... and get it back", Story.read),
    Step("The role may not read another bucket", _get_other_bucket, "AccessDenied"),
    Step("A changed signature", _get_with_changed_signature, "SignatureDoesNotMatch"),
    Step("A changed session token", _get_with_changed_token, "InvalidToken"),
    Step("An hour later the session has expired", _get_after_expiry, "ExpiredToken"),
    Step("The role is deleted, so its session is invalid", _get_after_deletion, "InvalidToken"),
    Step("A new role with the same name doesn't make it valid again", _get_after_recreation, "InvalidToken"),
    Step("B's role, without the external id", Story.ask_partner, "AccessDenied"),
    Step(
        "With the external id, but A's side doesn't allow it",
        lambda story: story.ask_partner(ExternalId=EXTERNAL_ID),
        "AccessDenied",
    ),
    Step("Both sides allow it", _cross_with_both),
)


def _header(request: Any, name: str) -> str:  # noqa: ANN401 botocore's prepared request
    value = request.headers[name]
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def policy(action: str | list[str], **rest: object) -> str:
    """A document that allows it."""
    statement = {"Effect": "Allow", "Action": action, **rest}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
