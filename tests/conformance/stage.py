"""A server in this process, with all that the rows of tests/services need, and what is sent to it.

A request is written by botocore, signed, and answered by the journey: bytes in, bytes out. What botocore
reads of the answer comes back.
"""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, reduce
from operator import getitem
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import botocore.parsers
import botocore.serialize
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from tests.conformance.variants import OTHER, OURS
from tests.services.rows import Row, tables

from watchword.app import open_world
from watchword.gateway.journey import journey
from watchword.installation.settings import Ephemeral, Settings
from watchword.names import Body, HttpRequest
from watchword.services.table import SERVED
from watchword.sigv4 import Credentials, sign
from watchword.store.transaction import EVERYTHING
from watchword.wire.services import SERVICES
from watchword.world import World

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
TABLES = tables()
MODELS = {name: ServiceModel(Loader().load_service_model(name, "service-2"), name) for name in SERVED}
SPOKEN = tuple(name for name in TABLES if SERVICES[name].protocol in ("query", "json"))
"""The services that are tried: their models have constraints, and their protocols are few lines to write."""
LONGEST_QUERY = 8000
_KEPT = re.compile("<[a-z_]+>")


@dataclass(frozen=True)
class Answer:
    """What came back, as bytes and as botocore reads them."""

    status: int
    body: bytes
    parsed: Mapping[str, Any]

    @property
    def code(self) -> str:
        return str(self.parsed.get("Error", {}).get("Code", ""))

    @property
    def said(self) -> str:
        return str(self.parsed.get("Error", {}).get("Message", ""))


@dataclass
class Stage:
    """The scenes of all services were played on it."""

    world: World
    keys: dict[str, Credentials]
    """Who calls: `administrator` and `powerless` of our account; `other` is another account's root."""
    kept: dict[str, Any]

    def send(
        self,
        service: str,
        name: str,
        given: Mapping[str, Any],
        by: str = "administrator",
        method: str = "POST",
    ) -> Answer:
        """Given members that the model doesn't have are sent too."""
        model = MODELS[service].operation_model(name)
        request = sign(
            self._request(model, given, method),
            self.keys[by],
            service=SERVICES[service].signing_name,
            region="us-east-1",
            now=datetime.now(UTC),
        )
        response = journey(self.world, request)
        body = b"".join(response.body) if not isinstance(response.body, bytes) else response.body
        whole = {"status_code": response.status, "headers": dict(response.headers), "body": body}
        parser = botocore.parsers.create_parser(MODELS[service].metadata["protocol"])
        return Answer(response.status, body, parser.parse(whole, model.output_shape))

    def filled(self, given: Any) -> Any:
        """With what the scene kept in place of its names."""
        match given:
            case dict():
                return {name: self.filled(value) for name, value in given.items()}
            case list():
                return [self.filled(value) for value in given]
            case str() if given not in self.kept:
                return _KEPT.sub(lambda found: str(self.kept[found[0]]), given)
            case str():
                return self.kept[given]
        return given

    def put_back(self) -> None:
        """Makes everything as it was when the scenes had been played."""
        place = str(self.world.database.engine.url.database)
        with closing(sqlite3.connect(place)) as database:
            self._copy.backup(database)
        self.world.database.notify((EVERYTHING,))

    @cached_property
    def _copy(self) -> sqlite3.Connection:
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(str(self.world.database.engine.url.database))) as database:
            database.backup(copy)
        return copy

    def keep(self) -> None:
        """From now on this is what is put back."""
        assert self._copy

    def close(self) -> None:
        self._copy.close()
        self.world.close()

    def _request(self, model: OperationModel, given: Mapping[str, Any], method: str) -> HttpRequest:
        protocol = model.service_model.metadata["protocol"]
        write = botocore.serialize.create_serializer(protocol, include_validation=False)
        made = write.serialize_to_request(_known(model, given), model)
        unknown = {name: value for name, value in given.items() if not _has(model, name)}
        host = ("host", "localhost")
        if protocol == "json":
            body = json.dumps({**json.loads(made["body"]), **unknown}).encode()
            headers = tuple((name.lower(), value) for name, value in made["headers"].items())
            return HttpRequest("POST", "/", "", (host, *headers), Body(body))
        form = urlencode({**made["body"], **unknown})
        if method == "GET" and len(form) < LONGEST_QUERY:
            return HttpRequest("GET", "/", form, (host,))
        content = ("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        return HttpRequest("POST", "/", "", (host, content), Body(form.encode()))


def _has(model: OperationModel, name: str) -> bool:
    return model.input_shape is not None and name in model.input_shape.members


def _known(model: OperationModel, given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if _has(model, name)}


def rows() -> dict[tuple[str, str], Row]:
    """The operations that a row calls."""
    return {(service, name): row for service in SPOKEN for name, row in TABLES[service].ROWS.items()}


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """A stage whose data are in the folder."""
    root = Ephemeral(OURS, "AKIAROOT", "k" * 40, others=(Ephemeral(OTHER, "AKIAOTHER", "o" * 40),))
    world = open_world(Settings(folder / "data", ephemeral=root))
    keys = {"root": Credentials("AKIAROOT", "k" * 40), "other": Credentials("AKIAOTHER", "o" * 40)}
    made = Stage(world, keys, {})
    try:
        _play(made)
        made.keep()
        yield made
    finally:
        made.close()


def _play(made: Stage) -> None:
    for name in ("administrator", "powerless"):
        _done(made.send("iam", "CreateUser", {"UserName": name}, "root"))
        key = _done(made.send("iam", "CreateAccessKey", {"UserName": name}, "root"))["AccessKey"]
        made.keys[name] = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    _done(
        made.send(
            "iam", "AttachUserPolicy", {"UserName": "administrator", "PolicyArn": ADMINISTRATOR}, "root"
        )
    )
    for service in SPOKEN:
        for step in TABLES[service].SCENE:
            of, _, operation = step.called_by(service).partition(":")
            answer = _done(made.send(of, operation, made.filled(step.given)))
            for name, path in step.kept.items():
                parts: list[Any] = [int(part) if part.isdecimal() else part for part in path.split(".")]
                made.kept[f"<{name}>"] = reduce(getitem, parts, answer)


def _done(answer: Answer) -> Mapping[str, Any]:
    assert answer.status == 200, answer.body
    return answer.parsed
