"""An identity pool as its users see it: unmodified boto3 without credentials, and a live issuer."""

from collections.abc import Callable
from typing import Any

import boto3
import jwt
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.services.sts.harness import ACCOUNT, arn, document
from tests.services.sts.issuer import Issuer

from watchword.testing import Server

COGNITO = "cognito-identity.amazonaws.com"
ACTION = "sts:AssumeRoleWithWebIdentity"
CLIENT_ID = "photos"
DEVELOPER = "login.example"


class App:
    """A pool with guests, users of an issuer and of the account's own service, and a role for each kind."""

    def __init__(self, server: Server, issuer: Issuer) -> None:
        self.server, self.issuer = server, issuer
        self.iam = boto3.client("iam", **server.client_arguments)
        self.admin = boto3.client("cognito-identity", **server.client_arguments)
        self.provider = self.iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=[CLIENT_ID])[
            "OpenIDConnectProviderArn"
        ]
        self.settings: dict[str, Any] = {
            "IdentityPoolName": "app",
            "AllowUnauthenticatedIdentities": True,
            "AllowClassicFlow": True,
            "DeveloperProviderName": DEVELOPER,
            "OpenIdConnectProviderARNs": [self.provider],
        }
        self.pool = str(self.admin.create_identity_pool(**self.settings)["IdentityPoolId"])
        for name, kind in (("user", "authenticated"), ("guest", "unauthenticated")):
            self.make_role(name, kind)
        self.set_roles()
        self.user = self.client("cognito-identity")

    def client(self, service: str, credentials: dict[str, str] | None = None) -> Any:
        """Without credentials, or with those of GetCredentialsForIdentity."""
        if credentials is None:
            config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
            return boto3.client(
                service, endpoint_url=self.server.endpoint, region_name="us-east-1", config=config
            )
        return boto3.client(
            service,
            endpoint_url=self.server.endpoint,
            region_name="us-east-1",
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials.get("SecretKey") or credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )

    def make_role(self, name: str, method: str, *actions: str, **equal: str) -> str:
        """A role that trusts the pool for those who log in so, and that may do everything."""
        conditions = {
            "StringEquals": {f"{COGNITO}:aud": self.pool, **equal},
            "ForAnyValue:StringLike": {f"{COGNITO}:amr": method},
        }
        trust = document([ACTION, *actions], Principal={"Federated": COGNITO}, Condition=conditions)
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        self.iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document("*", Resource="*"))
        return arn(name)

    def set_roles(self, **mappings: Any) -> None:
        roles = {"authenticated": arn("user"), "unauthenticated": arn("guest")}
        self.admin.set_identity_pool_roles(
            IdentityPoolId=self.pool,
            Roles=roles,
            RoleMappings={self.issuer.name: mappings} if mappings else {},
        )

    def update(self, **changed: Any) -> None:
        self.admin.update_identity_pool(IdentityPoolId=self.pool, **(self.settings | changed))

    def logins(self, subject: str = "ann", **claims: Any) -> dict[str, str]:
        return {self.issuer.name: self.issuer.token(**{"sub": subject, "aud": CLIENT_ID} | claims)}

    def identity(self, logins: dict[str, str] | None = None) -> str:
        return str(self.user.get_id(IdentityPoolId=self.pool, Logins=logins or {})["IdentityId"])

    def credentials(self, identity: str, logins: dict[str, str] | None = None, **more: str) -> Any:
        return self.user.get_credentials_for_identity(IdentityId=identity, Logins=logins or {}, **more)[
            "Credentials"
        ]

    def who(self, credentials: Any) -> str:
        return str(self.client("sts", credentials).get_caller_identity()["Arn"])

    def developers_token(self, user: str, **more: Any) -> tuple[str, str]:
        """The identity, and the token for it."""
        made = self.admin.get_open_id_token_for_developer_identity(
            IdentityPoolId=self.pool, Logins={DEVELOPER: user}, **more
        )
        return made["IdentityId"], made["Token"]


def assumed(role: str) -> str:
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/CognitoIdentityCredentials"


def refusal(call: Callable[..., Any], *arguments: Any, **named: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(*arguments, **named)
    error = refused.value.response["Error"]
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return error["Code"].removesuffix("Exception"), error["Message"]


def claims_in(token: str) -> dict[str, Any]:
    """Without a look at the signature."""
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found
