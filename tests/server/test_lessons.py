"""What went wrong with signatures in comparable systems, tried on a whole server; more in tests/sigv4."""

import base64
import html
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace

import pytest
from msgspec import structs
from tests.server.harness import REGION, Answer, Draft, Keys, Line, Running, client, journal, query

from watchword.proofs.keyring import Keyring, new_key
from watchword.sessions import Session
from watchword.sessions import session as sessions
from watchword.sigv4 import explain, read
from watchword.sigv4.key import sign_text, signing_key

WHO = query("sts", "GetCallerIdentity")


def ask(kept: Running, draft: Draft, keys: Keys) -> Answer:
    with Line(kept.endpoint) as line:
        return line.send(draft.signed(kept.endpoint, keys))


@pytest.fixture(scope="module")
def user(kept: Running, administrator: Keys) -> Keys:
    """An access key of a user who may do nothing."""
    iam = client("iam", kept.endpoint, administrator)
    iam.create_user(UserName="learner")
    found: Keys = iam.create_access_key(UserName="learner")["AccessKey"]
    return found


def account_of(kept: Running, keys: Keys) -> str:
    return str(client("sts", kept.endpoint, keys).get_caller_identity()["Account"])


def test_n29_a_token_of_ones_own_making_is_none(kept: Running, administrator: Keys, user: Keys) -> None:
    now = int(time.time() * 1000)
    account, secret = account_of(kept, administrator), user["SecretAccessKey"]
    ring = Keyring((new_key(secrets.token_bytes),), secrets.token_bytes)
    key_id = "ASIA" + "A" * 16
    root = Session("root", key_id, secret, account, account, "", "/", "", now - 1000, now + 3_600_000)
    claims = json.dumps({"sub": "root", "account": account, "exp": now}).encode()
    plain = base64.b64encode(claims).decode()
    for token in (sessions.seal(root, ring), plain, secret, user["AccessKeyId"], "root"):
        for access_key_id in (key_id, user["AccessKeyId"], administrator["AccessKeyId"]):
            forged = {"AccessKeyId": access_key_id, "SecretAccessKey": secret, "SessionToken": token}
            answer = ask(kept, WHO, forged)
            assert answer.status == 403
            assert b"Arn" not in answer.body
    mixed = {**user, "SessionToken": administrator["SessionToken"]}
    assert ask(kept, WHO, mixed).status == 403


@pytest.mark.parametrize(
    "name",
    [
        "x-watchword-principal",
        "x-amz-principal",
        "x-amz-user-arn",
        "x-amzn-iam-arn",
        "x-forwarded-user",
        "x-remote-user",
        "remote-user",
    ],
)
def test_n39_no_header_says_who_calls(kept: Running, administrator: Keys, user: Keys, name: str) -> None:
    root = f"arn:aws:iam::{account_of(kept, administrator)}:root"
    draft = replace(WHO, headers={**WHO.headers, name: root})
    answer = ask(kept, draft, user)
    assert answer.status == 200
    assert b":user/learner</Arn>" in answer.body
    assert ask(kept, replace(query("iam", "ListUsers"), headers=draft.headers), user).status == 403


def test_n7_a_signature_is_for_the_host_it_was_made_for(kept: Running, administrator: Keys) -> None:
    signed = WHO.signed("http://sts.localhost", administrator)
    here = kept.endpoint.partition("//")[2]
    headers: Mapping[str, str] = dict(signed.headers) | {"host": here}
    with Line(kept.endpoint) as line:
        assert line.send(signed).status == 200  # under the name that it was signed for
        assert (
            line.send(structs.replace(signed, headers=tuple(headers.items()))).code == "SignatureDoesNotMatch"
        )
        assert line.send(WHO.signed("http://sts.amazonaws.com", administrator)).code == "InvalidRequest"


def test_n9_a_host_that_nobody_made_known_has_no_buckets(kept: Running, administrator: Keys) -> None:
    listing = Draft("s3", "GET", "/")
    for host in ("bucket.s3.example.com", "localhost.example.com", "s3.localhost.example.com"):
        answer = ask(kept, replace(listing, headers={"host": host}), administrator)
        assert (answer.status, answer.code) == (400, "InvalidRequest")


def test_n47_a_parameter_in_query_and_body_is_refused(kept: Running, administrator: Keys) -> None:
    for where in ("Action=GetCallerIdentity", "Version=2011-06-15", "Action=GetSessionToken"):
        answer = ask(kept, replace(WHO, query=where), administrator)
        assert answer.code in {"MalformedQueryString", "MalformedInput"}
        assert b"<Arn>" not in answer.body


def test_what_was_to_be_signed_is_told_and_never_the_signature(kept: Running, user: Keys) -> None:
    wrong = {**user, "SecretAccessKey": "a" * 40}
    s3 = Draft("s3", "GET", "/bucket/key")
    for draft in (WHO, query("iam", "ListUsers"), s3):
        signed = draft.signed(kept.endpoint, wrong)
        claim = read(signed)
        assert claim
        texts = explain(claim, signed)
        right = sign_text(
            signing_key(user["SecretAccessKey"], claim.date[:8], REGION, draft.service), texts.string_to_sign
        )
        with Line(kept.endpoint) as line:
            answer = line.send(signed)
        assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
        shown = html.unescape(answer.body.decode())
        assert texts.canonical_request in shown
        assert texts.string_to_sign in shown
        assert right not in shown
        assert right not in str(journal(kept.data)[-1])
        assert texts.string_to_sign not in str(journal(kept.data)[-1])
