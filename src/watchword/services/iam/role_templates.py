"""Role templates: services of AWS bring them, and nobody else can make one. No service here has any.

Source: IAM API Reference, AcquireRole, GetRoleTemplateVersion (RoleTemplateVersion, ManagedByType: Service);
Service Authorization Reference, "AWS IAM" (resource type role-template, condition key iam:RoleTemplateARN).
"""

import re

from watchword.access import Demand
from watchword.identity.refusals import not_that_arn, refusal
from watchword.services.operation import Call, Operation, Output, pure

_TEMPLATE = re.compile(r"arn:aws[a-z-]*:iam::aws:role-template/[a-z0-9.-]+/[\w+=,.-]+:[0-9]+", re.ASCII)


def no_template(call: Call) -> Output:
    """Both."""
    raise refusal("NoSuchEntity", f"Role template {call.input['TemplateArn']} cannot be found.")


def on_template(call: Call) -> tuple[Demand, ...]:
    """On the template whose ARN the input has; it counts as the caller's own. Raises InvalidInput."""
    arn = call.input["TemplateArn"]
    if not _TEMPLATE.fullmatch(arn):
        raise not_that_arn(arn)
    keys = {"iam:RoleTemplateARN": arn} if call.name == "AcquireRole" else {}
    return (Demand(f"iam:{call.name}", arn, call.account, keys),)


OPERATIONS: dict[str, Operation] = {
    "AcquireRole": pure(no_template, on_template),
    "GetRoleTemplateVersion": pure(no_template, on_template),
}
