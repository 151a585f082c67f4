"""An operation whose row says that its proof is in the body: what it presents is read from the parsed input.

The scheme is invented: a token is a secret word, of which there is one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from watchword.access.caller import Caller, Proven
from watchword.gateway.journey import journey
from watchword.names import Body, HttpRequest, HttpResponse, fault
from watchword.names.principal import WebIdentity
from watchword.services import table
from watchword.services.operation import Call, Output, no_demands, pure
from watchword.sigv4 import Credentials, sign
from watchword.sigv4.replay import Trace
from watchword.wire import Operation
from watchword.world import World

NAME = "AssumeRoleWithWebIdentity"
WORD = "open sesame"
GIVEN = {"RoleArn": "arn:aws:iam::123456789012:role/r", "RoleSessionName": "one", "WebIdentityToken": WORD}


@dataclass(frozen=True, slots=True)
class SecretWord:
    """The scheme."""

    request: HttpRequest
    word: str
    service: str | None = None
    region: str = ""
    access_key_id: str = ""
    version: str = ""

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:
        if self.word != WORD:
            raise fault("AccessDenied", "That isn't the word.")
        return Proven(Caller(WebIdentity("words.example.com", "somebody")), self.request)

    def admit(self, world: World, operation: Operation) -> Proven:
        raise fault("MissingAuthenticationToken")

    def trace(self, service: str) -> Trace | None:
        return None

    def answer(self, response: HttpResponse) -> HttpResponse:
        return response


def read(request: HttpRequest, given: Mapping[str, Any]) -> SecretWord:
    return SecretWord(request, given["WebIdentityToken"])


def answer(call: Call) -> Output:
    return {"SubjectFromWebIdentityToken": call.caller.principal.userid}


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    row = replace(pure(answer, no_demands, mints=True), proof=read)
    served = {**table.SERVED, "sts": {**table.SERVED["sts"], NAME: row}}
    monkeypatch.setattr("watchword.gateway.journey.SERVED", served)


def asking(**given: str) -> HttpRequest:
    body = urlencode({"Action": NAME, "Version": "2011-06-15"} | given).encode()
    headers = (("host", "localhost"), ("content-type", "application/x-www-form-urlencoded"))
    return HttpRequest("POST", headers=headers, body=Body(body))


def ask(world: World, **given: str) -> HttpResponse:
    return journey(world, asking(**given))


def last(world: World) -> dict[str, Any]:
    (file,) = (world.settings.data / "audit").glob("*.jsonl")
    event: dict[str, Any] = json.loads(file.read_bytes().splitlines()[-1])
    found: dict[str, Any] = event.get("event", event)
    return found


def test_the_caller_is_who_the_proof_says(world: World) -> None:
    response = ask(world, **GIVEN)
    assert response.status == 200
    assert isinstance(response.body, bytes)
    assert b"words.example.com:somebody" in response.body
    assert last(world)["userIdentity"]["type"] == "WebIdentityUser"


def test_a_wrong_proof_is_refused_and_recorded_with_the_input_but_for_the_proof(world: World) -> None:
    assert ask(world, **GIVEN | {"WebIdentityToken": "open barley"}).status == 403
    event = last(world)
    assert event["errorCode"] == "AccessDenied"
    assert event["requestParameters"]["roleArn"] == GIVEN["RoleArn"]
    assert event["requestParameters"]["webIdentityToken"] == "HIDDEN_DUE_TO_SECURITY_REASONS"


def test_an_input_that_is_not_valid_is_refused_before_the_proof_is_looked_at(world: World) -> None:
    given = {key: value for key, value in GIVEN.items() if key != "RoleSessionName"}
    response = ask(world, **given | {"WebIdentityToken": "open barley"})
    assert response.status == 400
    assert last(world)["errorCode"] == "ValidationError"


def test_a_signature_beside_it_proves_nothing_and_is_not_recorded(world: World) -> None:
    stranger = Credentials("AKIAIOSFODNN7EXAMPLE", "nobody's")
    for word, status in ((WORD, 200), ("open barley", 403)):
        request = asking(**GIVEN | {"WebIdentityToken": word})
        signed = sign(request, stranger, service="sts", region="us-east-1", now=datetime.now(UTC))
        assert journey(world, signed).status == status
        assert last(world)["userIdentity"].get("accessKeyId", "") == ""
