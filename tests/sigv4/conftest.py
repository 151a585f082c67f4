"""The foreign judge: botocore's signers at a moment of our choosing, on our own request type."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from unittest import mock

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from watchword.names import HttpRequest
from watchword.sigv4 import Credentials


def _sign(
    kind: type,
    moment: datetime,
    request: HttpRequest,
    credentials: Credentials,
    service: str,
    region: str,
    context: dict[str, object],
    **options: object,
) -> AWSRequest:
    host = request.header("host")
    url = f"http://{host}{request.path}" + (f"?{request.query}" if request.query else "")
    foreign = AWSRequest(request.method, url, data=request.body.data)
    for name, value in request.headers:
        foreign.headers.add_header(name, value)
    foreign.context.update(context)
    holder = BotocoreCredentials(credentials.access_key_id, credentials.secret, credentials.token)
    naive = moment.replace(tzinfo=None)
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=naive):
        kind(holder, service, region, **options).add_auth(foreign)
    return foreign


def _headers(foreign: AWSRequest) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), value.strip(" \t")) for name, value in foreign.headers.items())


@pytest.fixture(scope="session")
def moment() -> datetime:
    return datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)


@pytest.fixture(scope="session")
def botocore_header(moment: datetime) -> Callable[..., HttpRequest]:
    """(request, credentials, service, region, **context) -> the request with botocore's headers."""

    def signed(
        request: HttpRequest, credentials: Credentials, service: str, region: str, **context: object
    ) -> HttpRequest:
        kind = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
        foreign = _sign(kind, moment, request, credentials, service, region, context)
        return replace(request, headers=_headers(foreign))

    return signed


@pytest.fixture(scope="session")
def botocore_query(moment: datetime) -> Callable[..., HttpRequest]:
    """(request, credentials, service, region, expires) -> the request with botocore's query."""

    def signed(
        request: HttpRequest, credentials: Credentials, service: str, region: str, expires: int
    ) -> HttpRequest:
        s3 = service == "s3"
        kind = botocore.auth.S3SigV4QueryAuth if s3 else botocore.auth.SigV4QueryAuth
        foreign = _sign(kind, moment, request, credentials, service, region, {}, expires=expires)
        return replace(request, query=foreign.url.partition("?")[2])

    return signed


@pytest.fixture(scope="session")
def credentials() -> Credentials:
    return Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
