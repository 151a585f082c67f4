"""What a Task does: its Resource, read.

    arn:aws:lambda:REGION:ACCOUNT:function:NAME           a function, whose input is the state's
    arn:aws:states:::lambda:invoke                        an optimized integration (`OPTIMIZED`)
    arn:aws:states:::aws-sdk:SERVICE:ACTION               any operation of any service that is served
    ....waitForTaskToken                                  goes on when SendTaskSuccess gives the task's token

SERVICE is the name that the SDK for Java has for it, ACTION the operation's, beginning in lower case.
Source: Step Functions Developer Guide, "Learning to use AWS service SDK integrations".
"""

from msgspec import Struct

from watchword.names.arn import Arn

TOKEN = ".waitForTaskToken"  # noqa: S105 how a resource ends
SDK = "aws-sdk"
_SYNC = ".sync"
SERVICES = {"sfn": "stepfunctions", "cognitoidentity": "cognito-identity", "eksauth": "eks-auth",
            "ssooidc": "sso-oidc"}  # fmt: skip
"""The SDK's name of a service -> its model's, where it isn't the same."""

OPTIMIZED = {
    ("lambda", "invoke"): ("lambda", "Invoke"),
    ("states", "startExecution"): ("stepfunctions", "StartExecution"),
}
"""Service and action, as a resource names them -> service and operation, as models do."""
_PREFIXES = {"lambda": "Lambda", "states": "StepFunctions"}


class Resource(Struct, frozen=True):
    """What a task calls: an operation of a service."""

    text: str
    service: str
    """By the name of its model."""
    operation: str
    """By the name that its model has."""
    kind: str
    """As history has it: "aws-sdk:s3", "lambda"; empty for a function that is named by its ARN."""
    action: str
    """As history has it: "getObject", "invoke.waitForTaskToken"."""
    waits: bool = False
    """Whether it waits for a task token."""

    @property
    def function(self) -> str:
        """The ARN of a function that is called by its own ARN; else empty."""
        return "" if self.kind else self.text

    @property
    def prefix(self) -> str:
        """What its errors begin with: the class of the SDK for Java."""
        name = self.kind.partition(":")[2]
        return name[0].upper() + name[1:] if name else _PREFIXES[self.kind or "lambda"]


def parse(text: str) -> Resource | None:
    """None for what isn't a resource that is known here."""
    try:
        arn = Arn.parse(text)
    except ValueError:
        return None
    if arn.service == "lambda" and arn.resource.startswith("function:"):
        return Resource(text, "lambda", "Invoke", "", "")
    if arn.service != "states" or arn.region or arn.account:
        return None
    bare, waits = arn.resource.removesuffix(TOKEN), arn.resource.endswith(TOKEN)
    match bare.split(":"):
        case [service, action] if (service, action) in OPTIMIZED:
            called = OPTIMIZED[service, action]
            return Resource(text, *called, service, f"{action}{TOKEN if waits else ''}", waits)
        case [kind, service, action] if kind == SDK and action[:1].islower() and action.isalnum():
            name = SERVICES.get(service, service)
            operation = action[0].upper() + action[1:]
            resource = f"{action}{TOKEN if waits else ''}"
            return Resource(text, name, operation, f"{SDK}:{service}", resource, waits)
        case _:
            return None
