"""Foreign judges: the signers of botocore and of the AWS common runtime, at a moment of our choosing."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from unittest import mock

import awscrt.auth as crt
import botocore.auth
import pytest
from awscrt.http import HttpHeaders as CrtHeaders
from awscrt.http import HttpRequest as CrtRequest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from msgspec.structs import replace

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
        request: HttpRequest,
        credentials: Credentials,
        service: str,
        region: str,
        now: datetime = moment,
        **context: object,
    ) -> HttpRequest:
        kind = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
        foreign = _sign(kind, now, request, credentials, service, region, context)
        return replace(request, headers=_headers(foreign))

    return signed


@pytest.fixture(scope="session")
def botocore_query(moment: datetime) -> Callable[..., HttpRequest]:
    """(request, credentials, service, region, expires) -> the request with botocore's query."""

    def signed(
        request: HttpRequest,
        credentials: Credentials,
        service: str,
        region: str,
        expires: int,
        now: datetime = moment,
    ) -> HttpRequest:
        s3 = service == "s3"
        kind = botocore.auth.S3SigV4QueryAuth if s3 else botocore.auth.SigV4QueryAuth
        foreign = _sign(kind, now, request, credentials, service, region, {}, expires=expires)
        return replace(request, query=foreign.url.partition("?")[2])

    return signed


@pytest.fixture(scope="session")
def credentials() -> Credentials:
    return Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


@pytest.fixture(scope="session")
def crt_sign(moment: datetime) -> Callable[..., HttpRequest]:
    """(request, credentials, service, region, v4a, expires, payload) -> signed by the AWS common runtime.

    With `expires` in the query, otherwise in the header; `payload` in place of the body's hash.
    """

    def signed(
        request: HttpRequest,
        credentials: Credentials,
        service: str,
        region: str,
        *,
        v4a: bool = False,
        expires: int | None = None,
        payload: str | None = None,
    ) -> HttpRequest:
        kinds, s3 = crt.AwsSignatureType, service == "s3"
        config = crt.AwsSigningConfig(
            algorithm=crt.AwsSigningAlgorithm.V4_ASYMMETRIC if v4a else crt.AwsSigningAlgorithm.V4,
            signature_type=kinds.HTTP_REQUEST_HEADERS if expires is None else kinds.HTTP_REQUEST_QUERY_PARAMS,
            credentials_provider=crt.AwsCredentialsProvider.new_static(
                credentials.access_key_id, credentials.secret, credentials.token
            ),
            region=region,
            service=service,
            date=moment,
            use_double_uri_encode=not s3,
            should_normalize_uri_path=not s3,
            signed_body_value="UNSIGNED-PAYLOAD" if s3 and expires else payload,
            signed_body_header_type=crt.AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256
            if s3 and expires is None
            else crt.AwsSignedBodyHeaderType.NONE,
            expiration_in_seconds=expires,
        )
        target = request.path + (f"?{request.query}" if request.query else "")
        body = io.BytesIO(request.body.data) if request.body.data else None
        foreign = CrtRequest(request.method, target, CrtHeaders(list(request.headers)), body)
        crt.aws_sign_request(foreign, config).result(10)
        path, _, query = foreign.path.partition("?")
        headers = tuple((name.lower(), value) for name, value in foreign.headers)
        return replace(request, path=path, query=query, headers=headers)

    return signed
