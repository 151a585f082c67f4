"""The errors of Organizations and their words. Other files decide when they are raised.

Two codes stand for many: ConstraintViolationException and InvalidInputException say which rule was broken in
their member Reason.
Source: AWS Organizations API Reference, "Errors" of each operation, and the reasons listed there.
"""

from watchword.names import AwsError

_SAID = {
    "AWSOrganizationsNotInUseException": "Your account is not a member of an organization.",
    "AccountAlreadyRegisteredException": (
        "The specified account is already a delegated administrator for this AWS service."
    ),
    "AccountNotRegisteredException": (
        "The specified account isn't a delegated administrator for this AWS service."
    ),
    "DuplicateHandshakeException": "A handshake with the same action and target already exists.",
    "EffectivePolicyNotFoundException": (
        "No policy of this type is attached to the target, or to what is above it."
    ),
    "HandshakeAlreadyInStateException": "The specified handshake is already in the requested state.",
    "HandshakeNotFoundException": "You specified a handshake that doesn't exist.",
    "InvalidHandshakeTransitionException": (
        "You can't perform the operation on the handshake in its current state."
    ),
    "ResourcePolicyNotFoundException": "The organization has no resource policy.",
    "AccountAlreadyClosedException": "You attempted to close an account that is already closed.",
    "AccountNotFoundException": "You specified an account that doesn't exist.",
    "AlreadyInOrganizationException": "The provided account is already a member of an organization.",
    "ChildNotFoundException": "You specified a child that doesn't exist.",
    "CreateAccountStatusNotFoundException": "You specified a create account status that doesn't exist.",
    "DestinationParentNotFoundException": "You specified a destination parent that doesn't exist.",
    "DuplicateAccountException": "That account is already present in the specified destination.",
    "DuplicateOrganizationalUnitException": "An OU with the same name already exists.",
    "DuplicatePolicyAttachmentException": "The selected policy is already attached to the specified target.",
    "DuplicatePolicyException": "A policy with the same name already exists.",
    "MasterCannotLeaveOrganizationException": "You can't remove the management account from an organization.",
    "OrganizationNotEmptyException": (
        "To delete an organization you must first remove all member accounts (except the management account)."
    ),
    "OrganizationalUnitNotEmptyException": (
        "The organizational unit isn't empty. Move or remove its accounts and child OUs first."
    ),
    "OrganizationalUnitNotFoundException": "You specified an organizational unit that doesn't exist.",
    "ParentNotFoundException": "You specified a parent that doesn't exist.",
    "PolicyInUseException": (
        "The policy is attached to one or more entities. You must detach it from all roots, organizational "
        "units, and accounts before performing this operation."
    ),
    "PolicyNotAttachedException": "The policy isn't attached to the specified target.",
    "PolicyNotFoundException": "You specified a policy that doesn't exist.",
    "PolicyTypeAlreadyEnabledException": "The specified policy type is already enabled.",
    "PolicyTypeNotAvailableForOrganizationException": (
        "You can't use the specified policy type with the feature set currently enabled for this "
        "organization."
    ),
    "PolicyTypeNotEnabledException": "This operation can be performed only for enabled policy types.",
    "ResponsibilityTransferNotFoundException": "You specified a transfer that doesn't exist.",
    "RootNotFoundException": "You specified a root that doesn't exist.",
    "SourceParentNotFoundException": "You specified a source parent that doesn't exist.",
    "TargetNotFoundException": "You specified a target that doesn't exist.",
    "UnsupportedAPIEndpointException": "There is no AWS GovCloud (US) here.",
}


def refusal(code: str, meant: str = "") -> AwsError:
    """An error that says all by its code."""
    return AwsError(code, 400, _SAID[code], meant)


def violates(reason: str, said: str) -> AwsError:
    """A constraint is violated: a quota, or what a state of the organization forbids."""
    return AwsError("ConstraintViolationException", 400, said, fields={"Reason": reason})


def handshake_violates(reason: str, said: str) -> AwsError:
    """A handshake can't be sent or accepted."""
    return AwsError("HandshakeConstraintViolationException", 400, said, fields={"Reason": reason})


def invalid(reason: str, said: str) -> AwsError:
    """The input can't be used."""
    return AwsError("InvalidInputException", 400, said, fields={"Reason": reason})
