"""What users and accounts can have at AWS, but not here yet: the lists are empty.

Provisioners and clean-up scripts ask for these before they delete (terraform's `force_destroy` asks for
every kind of a user's credentials), so "there are none" is the answer, as it is the truth. An operation
moves to the file of its noun when that noun is built.
"""

from functools import partial

from watchword.identity.refusals import missing_login_profile, missing_password_policy, user_name_needed
from watchword.services.iam import demands
from watchword.services.iam.users import user_or_root
from watchword.services.operation import Call, Operation, Output, reads, writes


def none_of_user(member: str, call: Call) -> Output:
    """A list of a user's, or of the caller's."""
    user_or_root(call)
    return none_of_account(member, call)


def none_of_account(member: str, _call: Call) -> Output:
    """A list of the account's."""
    return {member: [], "IsTruncated": False}


def none_at_all(member: str, _call: Call) -> Output:
    """A list of the account's that has no pages."""
    return {member: []}


def no_password_policy(call: Call) -> Output:
    """GetAccountPasswordPolicy, DeleteAccountPasswordPolicy: there are no passwords to have rules for."""
    raise missing_password_policy(call.account)


def no_login_profile(call: Call) -> Output:
    """GetLoginProfile, DeleteLoginProfile: users have no passwords."""
    user = user_or_root(call)
    raise missing_login_profile(user.name) if user else user_name_needed()


_OF_USER = {
    "ListMFADevices": "MFADevices",
    "ListSSHPublicKeys": "SSHPublicKeys",
    "ListServiceSpecificCredentials": "ServiceSpecificCredentials",
    "ListSigningCertificates": "Certificates",
}
_OF_ACCOUNT = {
    "ListServerCertificates": "ServerCertificateMetadataList",
    "ListVirtualMFADevices": "VirtualMFADevices",
}
_UNPAGED = {
    "ListOpenIDConnectProviders": "OpenIDConnectProviderList",
    "ListSAMLProviders": "SAMLProviderList",
}

OPERATIONS: dict[str, Operation] = {
    **{
        name: reads(partial(none_of_user, member), demands.on_user_or_caller)
        for name, member in _OF_USER.items()
    },
    **{
        name: reads(partial(none_of_account, member), demands.on_account)
        for name, member in _OF_ACCOUNT.items()
    },
    **{name: reads(partial(none_at_all, member), demands.on_account) for name, member in _UNPAGED.items()},
    "GetAccountPasswordPolicy": reads(no_password_policy, demands.on_account),
    "DeleteAccountPasswordPolicy": writes(no_password_policy, demands.on_account),
    "GetLoginProfile": reads(no_login_profile, demands.on_user_or_caller),
    "DeleteLoginProfile": writes(no_login_profile, demands.on_user_or_caller),
}
