"""A server whose account trusts an authority of the test, for a role that trusts Roles Anywhere."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from botocore.client import BaseClient
from tests.services.rolesanywhere.authority import Authority, Holder

from watchword.delivery.certified import Certified
from watchword.delivery.sending import send
from watchword.delivery.supply import Issued
from watchword.names import Body, HttpRequest
from watchword.sigv4 import x509_keys
from watchword.testing import Server

ACTIONS = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
PRINCIPAL = {"Service": "rolesanywhere.amazonaws.com"}


def trust(actions: object = ACTIONS, **conditions: Mapping[str, object]) -> str:
    """A trust policy for Roles Anywhere. conditions: by operator."""
    statement = {"Effect": "Allow", "Principal": PRINCIPAL, "Action": actions, "Condition": conditions}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass(frozen=True)
class Site:
    """The server, the authority, and what makes the two know each other."""

    server: Server
    authority: Authority
    anchor: str
    profile: str
    role: str
    folder: Path

    def client(self, service: str) -> BaseClient:
        """A client of the root user."""
        return boto3.client(service, **self.server.client_arguments)

    def certified(self, holder: Holder, **changed: Any) -> Certified:
        """The client side, as a host has it."""
        certificate, key = holder.write(self.folder)
        given = {"trust_anchor": self.anchor, "profile": self.profile, **changed}
        return Certified(self.server.endpoint, certificate, key, **given)

    def issue(self, holder: Holder, **given: Any) -> Issued:
        return self.certified(holder).issue(given.pop("role", self.role), **given)

    def request(self, *, in_query: bool = False, query: str = "", **changed: object) -> HttpRequest:
        """CreateSession, not yet signed."""
        arns = {"profileArn": self.profile, "roleArn": self.role, "trustAnchorArn": self.anchor}
        given = {**({} if in_query else arns), **changed}
        query = urlencode(arns) if in_query else query
        host = self.server.endpoint.removeprefix("http://")
        headers = (("content-type", "application/json"), ("host", host))
        body = Body(json.dumps(given).encode())
        return HttpRequest("POST", "/sessions", query, headers=headers, body=body)

    def signed(
        self, holder: Holder, *, late: float = 0, region: str = "us-east-1", **given: Any
    ) -> HttpRequest:
        """CreateSession, signed so many seconds later than now."""
        now = datetime.now(UTC) + timedelta(seconds=late)
        request, chain = self.request(**given), holder.between
        return x509_keys.sign(request, holder.key, holder.certificate, chain, region=region, now=now)

    def send(self, request: HttpRequest) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer."""
        status, body, _ = send(request, self.server.endpoint)
        return status, json.loads(body) if body.startswith(b"{") else {"message": body.decode()}

    def refusal(self, holder: Holder, **given: Any) -> tuple[int, str]:
        """Status and message of the answer to CreateSession."""
        status, answer = self.send(self.signed(holder, **given))
        return status, answer.get("message", "")


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority.new()


def make_anchor(client: BaseClient, authority: Authority, **given: Any) -> str:
    """A trust anchor for an authority; its ARN."""
    source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": authority.pem}}
    given = {"name": "site", "source": source, "enabled": True, **given}
    made: str = client.create_trust_anchor(**given)["trustAnchor"]["trustAnchorArn"]
    return made


def new_site(server: Server, authority: Authority, folder: Path) -> Site:
    client = boto3.client("rolesanywhere", **server.client_arguments)
    anchor = make_anchor(client, authority)
    iam = boto3.client("iam", **server.client_arguments)
    condition = {"StringEquals": {"aws:SourceArn": anchor}}
    role = iam.create_role(RoleName="web", AssumeRolePolicyDocument=trust(**condition))["Role"]["Arn"]
    profile = client.create_profile(name="web", roleArns=[role], enabled=True)["profile"]["profileArn"]
    return Site(server, authority, anchor, profile, role, folder)


@pytest.fixture
def new_anchor(watchword: Server) -> Callable[..., str]:
    return partial(make_anchor, boto3.client("rolesanywhere", **watchword.client_arguments))


@pytest.fixture
def site(watchword: Server, authority: Authority, tmp_path: Path) -> Site:
    return new_site(watchword, authority, tmp_path)
