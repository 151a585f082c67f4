"""What the agent asks the server: to assume a role, also for a pod; whether credentials are still accepted.

It isn't botocore that asks: that takes more memory than the whole agent. Answers are asked for in JSON.

1. Nobody waits long: SDKs give up on the agent after one or two seconds.
2. Once the server couldn't be reached, it isn't tried again before REST: workloads that have credentials, and
   wait to hear whether these are alive, would all wait for the same nothing.

Source: STS API Reference, AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity; EKS Auth API Reference,
AssumeRoleForPodIdentity.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import msgspec

from watchword.delivery.agent.written import Place
from watchword.delivery.sending import NotSent, Reply, send
from watchword.delivery.supply import Issued, NotIssued, Refused, not_issued
from watchword.names import Body, HttpRequest
from watchword.sigv4 import Credentials, sign

ISSUE_SECONDS = 3.0
ALIVE_SECONDS = 0.5
REST = 2.0
INSTANCE, CONTAINER = "ec2.amazonaws.com", "ecs-tasks.amazonaws.com"
_VERSION = "2011-06-15"
_HEADERS = (("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json"))


class Wanted(NamedTuple):
    """A session that is asked for."""

    role: str
    session_name: str
    seconds: int
    service: str = CONTAINER
    """For what the role is assumed; trust policies name it where the agent is known as an enrolled host."""


class _Given(msgspec.Struct, rename="pascal"):
    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: float


class _GivenToPod(msgspec.Struct, rename="camel"):
    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: float


class Server:
    """The server's STS and EKS Auth. For any thread."""

    def __init__(self, place: Place, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._place, self._now = place, now
        self._host = urlsplit(place.endpoint).netloc
        self._rests_until = 0.0

    def assume_role(self, wanted: Wanted, own: Issued) -> Issued:
        """A session of the role. Raises NotIssued."""
        return self._assume("AssumeRole", wanted, {}, own)

    def assume_role_with_token(self, wanted: Wanted, token: str) -> Issued:
        """The same by a web identity token. Raises NotIssued."""
        return self._assume("AssumeRoleWithWebIdentity", wanted, {"WebIdentityToken": token}, None)

    def assume_role_for_pod(self, cluster: str, token: str, own: Issued) -> Issued:
        """A session of the role that is associated with the pod's service account. Raises NotIssued."""
        path, body = (
            f"/clusters/{cluster}/assume-role-for-pod-identity",
            msgspec.json.encode({"token": token}),
        )
        headers = (("host", self._host), ("content-type", "application/json"))
        request = HttpRequest("POST", path, headers=headers, body=Body(body))
        status, body, code = self._send(self._signed(request, own, "eks-auth"), ISSUE_SECONDS)
        try:
            answer = msgspec.json.decode(body)
            if status == HTTPStatus.OK:
                given = msgspec.convert(answer["credentials"], _GivenToPod)
                return self._issued(str(answer["assumedRoleUser"]["arn"]), given)
            said = answer.get("message") or answer.get("Message")
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self._unreadable(status) from None
        wrong = status in range(400, 500) and status != HTTPStatus.TOO_MANY_REQUESTS
        told = " ".join(f"AssumeRoleForPodIdentity: {code}: {said}".split())
        raise (Refused if wrong else NotIssued)(told)

    def check(self, issued: Issued) -> None:
        """Raises Refused if the server doesn't accept these credentials, NotIssued if it can't tell."""
        self._call("GetCallerIdentity", {}, issued, ALIVE_SECONDS)

    def _assume(self, operation: str, wanted: Wanted, more: Mapping[str, str], by: Issued | None) -> Issued:
        asked = {
            "RoleArn": wanted.role,
            "RoleSessionName": wanted.session_name,
            "DurationSeconds": str(wanted.seconds),
            **more,
        }
        answer = self._call(operation, asked, by, ISSUE_SECONDS)
        try:
            given = msgspec.convert(answer["Credentials"], _Given)
        except (KeyError, TypeError, ValueError):
            raise NotIssued(f"{self._place.endpoint} gave no credentials that can be read") from None
        return self._issued(wanted.role, given)

    def _issued(self, role: str, given: "_Given | _GivenToPod") -> Issued:
        try:
            expires = datetime.fromtimestamp(given.expiration, UTC)
        except (ValueError, OverflowError, OSError):
            raise NotIssued(f"{self._place.endpoint} gave no credentials that can be read") from None
        return Issued(role, given.access_key_id, given.secret_access_key, given.session_token, expires)

    def _call(self, operation: str, asked: Mapping[str, str], by: Issued | None, seconds: float) -> Any:  # noqa: ANN401 the result's members
        form = urlencode({"Action": operation, "Version": _VERSION, **asked}).encode()
        request = HttpRequest("POST", headers=(("host", self._host), *_HEADERS), body=Body(form))
        status, body, _ = self._send(self._signed(request, by, "sts"), seconds)
        try:
            answer = msgspec.json.decode(body)
            if status == HTTPStatus.OK:
                return answer[f"{operation}Response"][f"{operation}Result"]
            code, said = answer["Error"]["Code"], answer["Error"]["Message"]
        except (KeyError, TypeError, ValueError):
            raise self._unreadable(status) from None
        raise not_issued(str(code), " ".join(f"{operation}: {code}: {said}".split()))

    def _unreadable(self, status: int) -> NotIssued:
        return NotIssued(f"{self._place.endpoint} gave an answer that can't be read ({status})")

    def _signed(self, request: HttpRequest, by: Issued | None, service: str) -> HttpRequest:
        if by is None:
            return request
        credentials = Credentials(by.access_key_id, by.secret, by.token or None)
        return sign(request, credentials, service=service, region=self._place.region, now=self._now())

    def _send(self, request: HttpRequest, seconds: float) -> Reply:
        endpoint = self._place.endpoint
        if time.monotonic() < self._rests_until:  # 2
            raise NotIssued(f"{endpoint} can't be reached")
        try:
            return send(request, endpoint, ca_bundle=self._place.certificates, seconds=seconds)
        except NotSent as failed:
            self._rests_until = time.monotonic() + REST
            raise NotIssued(str(failed)) from None
