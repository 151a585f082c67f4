"""What there is not here is refused by an error of the model that says why."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.services.organizations.harness import B, By, refused, root

from watchword.names import AwsError

TRANSFER = {"Id": "rt-00000000"}
INVITATION: dict[str, Any] = {
    "Type": "BILLING",
    "Target": {"Id": B, "Type": "ACCOUNT"},
    "StartTimestamp": datetime(2027, 1, 1, tzinfo=UTC),
    "SourceName": "bills",
}
ALL: dict[str, dict[str, Any]] = {
    "CreateGovCloudAccount": {"AccountName": "gov", "Email": "gov@example.com"},
    "InviteOrganizationToTransferResponsibility": INVITATION,
    "ListInboundResponsibilityTransfers": {"Type": "BILLING"},
    "ListOutboundResponsibilityTransfers": {"Type": "BILLING"},
    "DescribeResponsibilityTransfer": TRANSFER,
    "UpdateResponsibilityTransfer": {**TRANSFER, "Name": "bills"},
    "TerminateResponsibilityTransfer": TRANSFER,
}


@pytest.mark.parametrize(
    ("operation", "code", "reason", "said"),
    [
        ("CreateGovCloudAccount", "UnsupportedAPIEndpointException", "", "no AWS GovCloud"),
        (
            "InviteOrganizationToTransferResponsibility",
            "ConstraintViolationException",
            "UNMET_BILLING_PREREQUISITE",
            "Nothing is billed here",
        ),
        *(
            (f"{verb}ResponsibilityTransfer", "ResponsibilityTransferNotFoundException", "", "doesn't exist")
            for verb in ("Describe", "Update", "Terminate")
        ),
    ],
)
def test_what_there_is_not_is_refused_with_its_reason(
    management: By, operation: str, code: str, reason: str, said: str
) -> None:
    assert said in refused(code, management, operation, reason, **ALL[operation])


@pytest.mark.parametrize("direction", ["Inbound", "Outbound"])
def test_there_are_no_transfers(management: By, direction: str) -> None:
    operation = f"List{direction}ResponsibilityTransfers"
    assert management(operation, Type="BILLING") == {"ResponsibilityTransfers": []}
    refused(
        "InvalidInputException", management, operation, "INVALID_NEXT_TOKEN", Type="BILLING", NextToken="?"
    )


def test_one_that_is_asked_for_does_not_exist(management: By) -> None:
    given = {"Type": "BILLING", **TRANSFER}
    refused(
        "ResponsibilityTransferNotFoundException", management, "ListInboundResponsibilityTransfers", **given
    )


@pytest.mark.parametrize("operation", ALL)
def test_it_takes_an_organization_and_its_management_account(management: By, operation: str) -> None:
    refused("AWSOrganizationsNotInUseException", root(management.world, B), operation, **ALL[operation])
    member = root(management.world, management.member("dev"))
    with pytest.raises(AwsError) as caught:
        member(operation, **ALL[operation])
    assert caught.value.code == "AccessDenied"


def test_tags_of_a_new_account_take_permission(management: By) -> None:
    """Before anything is said about GovCloud."""
    member = root(management.world, management.member("dev"))
    given = ALL["CreateGovCloudAccount"] | {"Tags": [{"Key": "team", "Value": "red"}]}
    refused("AccessDenied", member, "CreateGovCloudAccount", **given)
