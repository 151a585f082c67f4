"""Who can call: the principals of AWS, frozen.

Each knows its ARN, its account, its unique id and how condition keys call its type.
Source: IAM User Guide, "AWS JSON policy elements: Principal" and "IAM identifiers"; for
aws:PrincipalType and aws:userid: "AWS global condition context keys".
A session's ARN carries no role path; `role_arn` does. What a session may do, its tags and policies do
not belong here.
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
    """A role somebody has assumed, under a session name. `unique_id` is the role's."""

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
    """A session of GetFederationToken. `unique_id` is `account:name`; `user_arn` is who asked for it."""

    account: str
    name: str
    user_arn: str
    partition: str = "aws"

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
    """An AWS-style service, by its principal name such as `lambda.amazonaws.com`."""

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


class _Vouched(Struct, frozen=True):
    """Somebody of no account, whom a provider vouches for."""

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


class WebIdentity(_Vouched, frozen=True):
    """Somebody an OpenID Connect provider vouches for; `provider` is the provider's ARN or domain."""


class Saml(_Vouched, frozen=True):
    """Somebody a SAML provider vouches for; `provider` is the provider's ARN."""


class Anonymous(Struct, frozen=True):
    """Nobody in particular: a request without any authentication."""

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


Principal = Root | User | RoleSession | FederatedUser | Service | WebIdentity | Saml | Anonymous

PRINCIPAL_TYPES: dict[type, str] = {
    Root: "Account",
    User: "User",
    RoleSession: "AssumedRole",
    FederatedUser: "FederatedUser",
    Service: "Service",
    WebIdentity: "WebIdentityUser",
    Saml: "SAMLUser",
    Anonymous: "Anonymous",
}
"""Principal class -> the value of aws:PrincipalType."""
