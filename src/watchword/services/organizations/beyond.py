"""What needs more than there is here: accounts in AWS GovCloud (US), and transfers of billing.

There is one partition and nothing is billed. So callers with permission are told so in an error of the model,
and lists of transfers are empty. Source: AWS Organizations API Reference, CreateGovCloudAccount,
InviteOrganizationToTransferResponsibility, ConstraintViolationException (Reason).
"""

from watchword.organizations.refusals import refusal, violates
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.organizations import current, pages
from watchword.services.organizations.demands import on, on_invited, on_new, on_transfer


def create_govcloud_account(call: Call) -> Output:
    """CreateGovCloudAccount."""
    current.organization(call)
    raise refusal("UnsupportedAPIEndpointException")


def invite_to_transfer(call: Call) -> Output:
    """InviteOrganizationToTransferResponsibility."""
    current.organization(call)
    raise violates("UNMET_BILLING_PREREQUISITE", "Nothing is billed here, so no billing can be transferred.")


def list_transfers(call: Call) -> Output:
    """ListInboundResponsibilityTransfers and ListOutboundResponsibilityTransfers: there are none."""
    current.organization(call)
    pages.start_of(call)
    return {"ResponsibilityTransfers": []}


def list_inbound_transfers(call: Call) -> Output:
    """ListInboundResponsibilityTransfers, which can ask for one of them."""
    if "Id" in call.input:
        return find_transfer(call)
    return list_transfers(call)


def find_transfer(call: Call) -> Output:
    """DescribeResponsibilityTransfer, UpdateResponsibilityTransfer, TerminateResponsibilityTransfer."""
    current.organization(call)
    raise refusal("ResponsibilityTransferNotFoundException")


OPERATIONS: dict[str, Operation] = {
    "CreateGovCloudAccount": writes(create_govcloud_account, on_new("account")),
    "InviteOrganizationToTransferResponsibility": writes(invite_to_transfer, on_invited),
    "ListInboundResponsibilityTransfers": reads(list_inbound_transfers, on()),
    "ListOutboundResponsibilityTransfers": reads(list_transfers, on()),
    "DescribeResponsibilityTransfer": reads(find_transfer, on_transfer),
    "UpdateResponsibilityTransfer": writes(find_transfer, on_transfer),
    "TerminateResponsibilityTransfer": writes(find_transfer, on_transfer),
}
