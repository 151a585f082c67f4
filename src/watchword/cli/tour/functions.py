"""The second half of the story: a function whose role the platform assumes, and a state machine beside it.

The function `report` of A reads the bucket of the first half through its role `report`, which trusts Lambda.
The state machine `monthly` of A invokes the function `ledger` of B, through the role `caller` of B that
trusts the machine's role. `report` also reads B's bucket, in the role `partner` of B. Nothing in any of them
is configured.
"""

import io
import json
import time
import zipfile
from collections.abc import Mapping
from typing import Any

from watchword.cli.tour.story import EXTERNAL_ID, KEY, Step, Story, Told, policy
from watchword.installation.revoking import revoke_sessions

HALF_AN_HOUR = 1800
PATIENCE_SECONDS = 30
LAMBDA, STATES = {"Service": "lambda.amazonaws.com"}, {"Service": "states.amazonaws.com"}

HANDLER = """\
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    try:
        answer = client(event).get_object(Bucket=event["bucket"], Key=event["key"])
    except ClientError as refused:
        error, request = refused.response["Error"], refused.response["ResponseMetadata"]["RequestId"]
        return {"code": error["Code"], "said": error["Message"], "request": request}
    found = answer["Body"].read().decode()
    return {"code": "", "found": found, "request": answer["ResponseMetadata"]["RequestId"]}

def client(event):
    if "role" not in event:
        return boto3.client("s3")
    assumed = boto3.client("sts").assume_role(RoleSessionName="report", **event["role"])["Credentials"]
    return boto3.client(
        "s3",
        aws_access_key_id=assumed["AccessKeyId"],
        aws_secret_access_key=assumed["SecretAccessKey"],
        aws_session_token=assumed["SessionToken"],
    )

def leak(event, context):
    held = boto3.Session().get_credentials()
    return {"AccessKeyId": held.access_key, "SecretAccessKey": held.secret_key, "SessionToken": held.token}
"""


def make_function(story: Story) -> None:
    """The function of A and its role, and a function that gives its credentials away."""
    _make_role(story, story.account_a, "report", LAMBDA)
    allow_report(story)
    for name, entry in (("report", "handler"), ("leaky", "leak")):
        _create_function(story, story.account_a, name, "report", entry)


def allow_report(story: Story) -> None:
    """What the function's role may do."""
    own = policy("s3:GetObject", Resource=f"arn:aws:s3:::{story.reports}/*")
    story.iam_a.put_role_policy(RoleName="report", PolicyName="own", PolicyDocument=own)


def _read(story: Story, **more: object) -> Told:
    """What the function says of an object that it reads."""
    return _told(_invoke(story, "report", {"bucket": story.reports, "key": KEY, **more}))


def _told(answer: Mapping[str, Any]) -> Told:
    return Told(answer["code"], answer.get("said", ""), answer["request"])


def _read_first(story: Story) -> Told:
    make_function(story)
    return _read(story)


def _read_without_permission(story: Story) -> Told:
    story.iam_a.delete_role_policy(RoleName="report", PolicyName="own")
    return _read(story)


def _read_for_hours(story: Story) -> Told:
    """A function that runs on and on, while time passes."""
    allow_report(story)
    keys = set()
    for _ in range(6):
        story.stage.world.clock.advance(HALF_AN_HOUR)
        told = _read(story)
        keys.add(story.stage.newest_key("s3"))
    assert len(keys) > 1, "the credentials weren't renewed"
    return told


def _use_stolen(story: Story) -> None:
    story.session = _invoke(story, "leaky", {})
    story.read()


def _use_revoked(story: Story) -> None:
    revoke_sessions(story.stage.world, f"arn:aws:iam::{story.account_a}:role/report")
    story.read()


def _read_in_b(story: Story) -> Told:
    """Both accounts let the function's role have the role of B, which may read a bucket of B."""
    ask = policy("sts:AssumeRole", Resource=story.partner)
    story.iam_a.put_role_policy(RoleName="report", PolicyName="partner", PolicyDocument=ask)
    own = policy("s3:GetObject", Resource=f"arn:aws:s3:::{story.ledger}/*")
    story.iam_b.put_role_policy(RoleName="partner", PolicyName="own", PolicyDocument=own)
    return _read(story, bucket=story.ledger, role={"RoleArn": story.partner, "ExternalId": EXTERNAL_ID})


def _run_machine(story: Story) -> Told:
    """The state machine of A, by a role of B, invokes a function of B, which reads in its own role."""
    _make_role(story, story.account_b, "ledger", LAMBDA)
    own = policy("s3:GetObject", Resource=f"arn:aws:s3:::{story.ledger}/*")
    story.iam_b.put_role_policy(RoleName="ledger", PolicyName="own", PolicyDocument=own)
    function = _create_function(story, story.account_b, "ledger", "ledger", "handler")
    machine = _make_role(story, story.account_a, "monthly", STATES)
    caller = _make_role(story, story.account_b, "caller", {"AWS": machine})
    ask, call = policy("sts:AssumeRole", Resource=caller), policy("lambda:InvokeFunction", Resource=function)
    story.iam_a.put_role_policy(RoleName="monthly", PolicyName="own", PolicyDocument=ask)
    story.iam_b.put_role_policy(RoleName="caller", PolicyName="own", PolicyDocument=call)
    states = story.stage.administrator("stepfunctions", story.account_a)
    made = states.create_state_machine(name="monthly", roleArn=machine, definition=_machine(function, caller))
    given = json.dumps({"bucket": story.ledger, "key": KEY})
    started = states.start_execution(stateMachineArn=made["stateMachineArn"], input=given)
    return _told(json.loads(_ended(states, started["executionArn"])["output"]))


def _machine(function: str, role: str) -> str:
    call = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Credentials": {"RoleArn": role},
        "Parameters": {"FunctionName": function, "Payload.$": "$"},
        "OutputPath": "$.Payload",
        "End": True,
    }
    return json.dumps({"StartAt": "Read", "States": {"Read": call}})


def _ended(states: Any, execution: str) -> Mapping[str, Any]:  # noqa: ANN401 a client of boto3
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found: Mapping[str, Any] = states.describe_execution(executionArn=execution)
        if found["status"] != "RUNNING":
            return found
        time.sleep(0.05)
    raise TimeoutError(execution)


def _make_role(story: Story, account: str, name: str, trusted: Mapping[str, str]) -> str:
    trust = policy("sts:AssumeRole", Principal=dict(trusted))
    made = story.stage.administrator("iam", account).create_role(
        RoleName=name, AssumeRolePolicyDocument=trust
    )
    arn: str = made["Role"]["Arn"]
    return arn


def _create_function(story: Story, account: str, name: str, role: str, entry: str) -> str:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("app.py", HANDLER)
    made: Mapping[str, str] = story.stage.administrator("lambda", account).create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler=f"app.{entry}",
        Role=f"arn:aws:iam::{account}:role/{role}",
        Code={"ZipFile": package.getvalue()},
    )
    return made["FunctionArn"]


def _invoke(story: Story, name: str, event: Mapping[str, object]) -> Any:  # noqa: ANN401 JSON
    functions = story.stage.administrator("lambda", story.account_a)
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event))
    assert "FunctionError" not in answer, answer["Payload"].read()
    return json.loads(answer["Payload"].read())


STEPS: tuple[Step[Story], ...] = (
    Step("A function reads the object, in a role that Lambda assumed for it", _read_first, shown="s3"),
    Step("Its permission is taken away", _read_without_permission, "AccessDenied", shown="s3"),
    Step("It is given back, and hours pass: the credentials are renewed", _read_for_hours, shown="s3"),
    Step("A thief has the credentials of a function", _use_stolen),
    Step("... until the sessions of its role are revoked", _use_revoked, "InvalidToken"),
    Step("The function reads a bucket of B, in B's role with the external id", _read_in_b, shown="s3"),
    Step("A state machine of A calls a function of B, which reads it too", _run_machine, shown="s3"),
)
