"""Whatever comes in, out comes a claim, nothing, or an AwsError; and no answer holds our signature."""

import os
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.names import AwsError, Body, HttpRequest
from watchword.sigv4 import Credentials, explain, read, sign, verify
from watchword.sigv4.key import sign_text, signing_key

EXAMPLES = settings(max_examples=3000 if os.environ.get("WATCHWORD_FUZZ") else 150)
NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)

ANY = st.text(max_size=60)
PIECES = st.sampled_from(
    [
        "AWS4-HMAC-SHA256",
        " ",
        ",",
        "=",
        "/",
        ";",
        "Credential=",
        "SignedHeaders=",
        "Signature=",
        "AKIA/20261123/us-east-1/sts/aws4_request",
        "host",
        "x-amz-date",
        "0" * 64,
        "é",
        "\ud800",
        "\n",
        "\x00",
    ]
)
AUTHORIZATIONS = st.one_of(
    ANY,
    st.lists(PIECES).map("".join),
    st.lists(PIECES).map(lambda pieces: "AWS4-HMAC-SHA256 " + "".join(pieces)),
)
DATES = st.one_of(
    ANY, st.sampled_from(["20261123T123456Z", "20261399T123456Z", "00000000T000000Z", "２０２６1123T123456Z"])
)
HEADERS = st.lists(
    st.one_of(
        st.tuples(st.just("authorization"), AUTHORIZATIONS),
        st.tuples(st.sampled_from(["x-amz-date", "date"]), DATES),
        st.tuples(
            st.sampled_from(["host", "x-amz-security-token", "x-amz-content-sha256", "x-amz-acl"]),
            st.one_of(ANY, st.sampled_from(["UNSIGNED-PAYLOAD", "0" * 64])),
        ),
        st.tuples(ANY, ANY),
    ),
    max_size=8,
)
QUERIES = st.one_of(
    ANY,
    st.sampled_from(
        ["X-Amz-Signature=x", "x-amz-algorithm=a", "Signature=a&AWSAccessKeyId=b", "%%%", "&&=&"]
    ),
)


@EXAMPLES
@given(st.builds(HttpRequest, ANY, ANY, QUERIES, HEADERS.map(tuple), st.builds(Body, st.binary(max_size=9))))
def test_nothing_but_an_aws_error(request_: HttpRequest) -> None:
    with suppress(AwsError):
        claim = read(request_)
        if claim is not None:
            verify(claim, request_, "secret", now=NOW)
            raise AssertionError("random text carried a true signature")


@EXAMPLES
@given(AUTHORIZATIONS, DATES, ANY, ANY, QUERIES)
def test_an_almost_good_request(authorization: str, date: str, path: str, token: str, query: str) -> None:
    good = sign(
        HttpRequest("POST", "/", "", (("host", "a"),)),
        Credentials("AKIA", "s"),
        service="sts",
        region="r",
        now=NOW,
    )
    for headers in (
        (*good.headers[:-1], ("authorization", authorization)),
        tuple((name, date if name == "x-amz-date" else value) for name, value in good.headers),
        (*good.headers, ("x-amz-security-token", token)),
    ):
        with pytest.raises(AwsError):
            _admit(HttpRequest("POST", path, query, headers))


def _admit(request: HttpRequest) -> None:
    claim = read(request)
    if claim is None:
        raise AwsError("Anonymous", 403, "")
    verify(claim, request, "another secret", now=NOW)


def test_a_mismatch_shows_the_texts_and_never_our_signature() -> None:
    signed = sign(
        HttpRequest("POST", "/", "", (("host", "a"),)),
        Credentials("AKIA", "right"),
        service="sts",
        region="r",
        now=NOW,
    )
    claim = read(signed)
    assert claim
    with pytest.raises(AwsError) as refused:
        verify(claim, signed, "wrong", now=NOW)
    error = refused.value
    texts = explain(claim, signed)
    assert error.code == "SignatureDoesNotMatch"
    assert error.fields == {
        "AWSAccessKeyId": "AKIA",
        "StringToSign": texts.string_to_sign,
        "SignatureProvided": claim.signature,
        "StringToSignBytes": texts.string_to_sign.encode().hex(" "),
        "CanonicalRequest": texts.canonical_request,
        "CanonicalRequestBytes": texts.canonical_request.encode().hex(" "),
    }
    expected = sign_text(signing_key("wrong", "20261123", "r", "sts"), texts.string_to_sign)
    key = signing_key("wrong", "20261123", "r", "sts").key.hex()
    for text in (str(error), error.meant, repr(error.args), *error.fields.values()):
        assert expected not in text
        assert key not in text


def test_credentials_do_not_print_their_secret() -> None:
    assert "hush" not in repr(Credentials("AKIA", "hush", "hush"))
