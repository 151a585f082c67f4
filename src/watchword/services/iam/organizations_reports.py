"""Reports on services last accessed of an organization. They aren't served: none is ever made.

Source: IAM API Reference, GenerateOrganizationsAccessReport ("you must be signed in using your Organizations
management account credentials"), GetOrganizationsAccessReport; Service Authorization Reference, "AWS IAM"
(resource type access-report, condition key iam:OrganizationsPolicyId).
"""

from watchword.access import Demand
from watchword.facts.organizations import STANDING
from watchword.identity.refusals import missing_job
from watchword.names import fault
from watchword.services.iam import demands
from watchword.services.operation import Call, Operation, Output, pure

NOT_MANAGEMENT = "Your account is not the management account of an organization."


def generate_report(call: Call) -> Output:
    """GenerateOrganizationsAccessReport."""
    if call.account == call.world.facts.need(STANDING, call.account).management:
        raise fault("NotImplemented", "Access reports of organizations are not implemented.")
    raise fault("AccessDenied", NOT_MANAGEMENT)


def get_report(call: Call) -> Output:
    """GetOrganizationsAccessReport."""
    raise missing_job(call.input["JobId"])


def on_report(call: Call) -> tuple[Demand, ...]:
    """On the report on the entity that the input names by its path."""
    arn = f"arn:{call.partition}:iam::{call.account}:access-report/{call.input['EntityPath']}"
    policy_id = call.input.get("OrganizationsPolicyId")
    context = {"iam:OrganizationsPolicyId": policy_id} if policy_id else {}
    return (Demand(f"iam:{call.name}", arn, call.account, context),)


OPERATIONS: dict[str, Operation] = {
    "GenerateOrganizationsAccessReport": pure(generate_report, on_report),
    "GetOrganizationsAccessReport": pure(get_report, demands.on_account),
}
