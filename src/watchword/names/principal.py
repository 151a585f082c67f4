"""Principals: who can call.

Each has its ARN, its account, its unique id, and its value of aws:userid.
The ARN of a role session has no path; `role_arn` has it. Tags and policies of a session don't belong here.
Source: IAM User Guide, "AWS JSON policy elements: Principal" and "IAM identifiers"; for
aws:PrincipalType and aws:userid: "AWS global condition context keys".

No class here that is a `Principal` has subclasses. What is asked of every request is asked as
`type(principal) is User`: isinstance takes four times as long to say no, since a Struct has a metaclass.
"""

from msgspec import Struct


class Root(Struct, frozen=True):
    """An account's root user."""

    account: str
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:root"

    @property
    def unique_id(self) -> str:
        return self.account

    @property
    def userid(self) -> str:
        return self.account


class User(Struct, frozen=True):
    """An IAM user; `path` begins and ends with a slash."""

    account: str
    name: str
    unique_id: str
    path: str = "/"
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:user{self.path}{self.name}"

    @property
    def userid(self) -> str:
        return self.unique_id


class RoleSession(Struct, frozen=True):
    """A session of a role. `unique_id` is the role's."""

    account: str
    role_name: str
    unique_id: str
    session_name: str
    path: str = "/"
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:sts::{self.account}:assumed-role/{self.role_name}/{self.session_name}"

    @property
    def role_arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:role{self.path}{self.role_name}"

    @property
    def userid(self) -> str:
        return f"{self.unique_id}:{self.session_name}"


class FederatedUser(Struct, frozen=True):
    """A session of GetFederationToken. `unique_id` is `account:name`, `user_arn` the user who asked."""

    account: str
    name: str
    user_arn: str
    partition: str = "aws"
    user_id: str = ""
    """The unique id of the user who asked; the account, where that was the root user."""

    @property
    def of_root(self) -> bool:
        """Whether the root user asked for the session."""
        return self.user_arn == Root(self.account, self.partition).arn

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:sts::{self.account}:federated-user/{self.name}"

    @property
    def unique_id(self) -> str:
        return f"{self.account}:{self.name}"

    @property
    def userid(self) -> str:
        return self.unique_id


class Service(Struct, frozen=True):
    """A service of AWS, by its principal name such as `lambda.amazonaws.com`."""

    name: str

    @property
    def arn(self) -> str:
        return self.name

    @property
    def account(self) -> str:
        return ""

    @property
    def unique_id(self) -> str:
        return self.name

    @property
    def userid(self) -> str:
        return self.name


class _Federated(Struct, frozen=True):
    """A principal that an identity provider authenticated. It belongs to no account."""

    provider: str
    subject: str

    @property
    def arn(self) -> str:
        return self.provider

    @property
    def account(self) -> str:
        return ""

    @property
    def unique_id(self) -> str:
        return f"{self.provider}:{self.subject}"

    @property
    def userid(self) -> str:
        return self.unique_id


class WebIdentity(_Federated, frozen=True):
    """Authenticated by an OpenID Connect provider; `provider` is its ARN or domain."""

    audience: str = ""
    """The client id for which the token was issued."""

    @property
    def unique_id(self) -> str:
        """As CloudTrail has it: provider, client id and subject."""
        return ":".join(filter(None, (self.provider, self.audience, self.subject)))


class Saml(_Federated, frozen=True):
    """Authenticated by a SAML provider; `provider` is its ARN."""

    name_qualifier: str = ""
    """The hash of issuer, account and provider (saml:namequalifier)."""

    @property
    def unique_id(self) -> str:
        """As CloudTrail has it: name qualifier and subject."""
        return f"{self.name_qualifier or self.provider}:{self.subject}"


class CertificateHolder(_Federated, frozen=True):
    """Who signed with a certificate's key; `provider` is the ARN of the trust anchor, `subject` its name.

    It is of the trust anchor's account, and no policy can name it.
    """

    serial: str = ""
    """Of the certificate, in hexadecimal."""

    @property
    def account(self) -> str:
        return self.provider.split(":")[4]

    @property
    def unique_id(self) -> str:
        return f"{self.provider.rpartition('/')[2]}:{self.serial}"


class IdentityCenterUser(Struct, frozen=True):
    """A person of IAM Identity Center in the access portal; `account` is the one that has the instance.

    No policy can name them: in other services they act as a role.
    """

    account: str
    user_id: str
    name: str
    identity_store: str
    credential_id: str = ""
    """The id of their session in the portal."""
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:identitystore:::user/{self.user_id}"

    @property
    def identity_store_arn(self) -> str:
        return f"arn:{self.partition}:identitystore::{self.account}:identitystore/{self.identity_store}"

    @property
    def unique_id(self) -> str:
        return self.user_id

    @property
    def userid(self) -> str:
        return self.user_id


class Anonymous(Struct, frozen=True):
    """The caller of a request without credentials."""

    @property
    def arn(self) -> str:
        return "*"

    @property
    def account(self) -> str:
        return ""

    @property
    def unique_id(self) -> str:
        return "anonymous"

    @property
    def userid(self) -> str:
        return "anonymous"


Principal = (
    Root
    | User
    | RoleSession
    | FederatedUser
    | Service
    | WebIdentity
    | Saml
    | CertificateHolder
    | IdentityCenterUser
    | Anonymous
)

PRINCIPAL_TYPES: dict[type, str] = {
    Root: "Account",
    User: "User",
    RoleSession: "AssumedRole",
    FederatedUser: "FederatedUser",
    Service: "Service",
    WebIdentity: "WebIdentityUser",
    Saml: "SAMLUser",
    CertificateHolder: "CertificateHolder",
    IdentityCenterUser: "IdentityCenterUser",
    Anonymous: "Anonymous",
}
"""Principal class -> the value of aws:PrincipalType."""
