"""Every operation that is served, called with unmodified boto3 as its row says: rows.py of each service.

A user without policies is denied; an administrator succeeds, and is refused when something is missing or in
the way; pages, joined, are the whole; every answer is recorded. tests/test_operations.py notices a row or a
case that is left out.
"""

import re
import socket
from collections.abc import Iterator, Mapping
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.model import OperationModel
from tests.functions.isolated import ISOLATED, OPTIONS
from tests.server.test_audit import events
from tests.services.rows import FREE_FOR_ALL, Refused, Row, tables
from tests.services.s3control.hosts import getaddrinfo

from watchword.testing import Server

TABLES = {service: table for service, table in tables().items() if ISOLATED or service != "lambda"}
ROWS = {f"{service}:{name}": row for service, table in TABLES.items() for name, row in table.ROWS.items()}
Clients = Mapping[str, BaseClient]
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


class Stage:
    """A server on which the scenes of all services were played, and what they kept."""

    def __init__(self, data: Path, administrator: Clients, powerless: Clients) -> None:
        self.data, self.administrator, self.powerless = data, administrator, powerless
        self.kept: dict[str, Any] = {}
        self.answered: dict[str, str] = {}
        """Request id -> operation."""
        for client in (*administrator.values(), *powerless.values()):
            client.meta.events.register("after-call", self._note)
        for service, table in TABLES.items():
            for step in table.SCENE:
                answer = self.call(step.called_by(service), step.given)
                for name, path in step.kept.items():
                    parts = [int(part) if part.isdecimal() else part for part in path.split(".")]
                    self.kept[f"<{name}>"] = reduce(getitem, parts, answer)

    def call(self, name: str, given: Mapping[str, Any], by: Clients | None = None) -> Any:
        service, _, operation = name.partition(":")
        return (by or self.administrator)[service]._make_api_call(operation, self._filled(given))

    def code(self, name: str, given: Mapping[str, Any], by: Clients | None = None) -> str:
        """The error code of the answer, or of the first of its items that has one; "" for success."""
        try:
            answer = self.call(name, given, by)
        except ClientError as refused:
            return str(refused.response["Error"]["Code"])
        return str(answer["Errors"][0]["Code"]) if "Errors" in answer else ""

    def pages(self, name: str, given: Mapping[str, Any], size: int) -> tuple[list[Any], list[Any]]:
        """Every page, and the paths of the lists in it."""
        service, _, operation = name.partition(":")
        client = self.administrator[service]
        method = next(each for each, api in client.meta.method_to_api_mapping.items() if api == operation)
        paginator = client.get_paginator(method)
        pages = paginator.paginate(**self._filled(given), PaginationConfig={"PageSize": size})
        return list(pages), paginator.result_keys

    def _note(self, model: OperationModel, parsed: Any, **_: object) -> None:
        metadata = parsed["ResponseMetadata"]
        self.answered[metadata["HTTPHeaders"].get("x-amz-request-id") or metadata["RequestId"]] = model.name

    def _filled(self, given: Any) -> Any:
        """With what the scene kept in place of its names."""
        match given:
            case dict():
                return {name: self._filled(value) for name, value in given.items()}
            case list():
                return [self._filled(value) for value in given]
            case str() if given not in self.kept:
                return (
                    re.sub("<[a-z_]+>", lambda found: str(self.kept[found[0]]), given)
                    if "<" in given
                    else given
                )
            case str():
                return self.kept[given]
        return given


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """As an administrator sees it, for root may not do everything; and a user who may do nothing."""
    place = tmp_path_factory.mktemp("operations")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place))
        server = Server.start(*OPTIONS)
    with server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        iam = boto3.client("iam", **server.client_arguments)
        administrator, powerless = (clients(server, iam, name) for name in ("administrator", "powerless"))
        iam.attach_user_policy(UserName="administrator", PolicyArn=ADMINISTRATOR)
        yield Stage(next(place.glob("watchword-*")), administrator, powerless)


def clients(server: Server, iam: BaseClient, name: str) -> Clients:
    """Of a new user, for every service."""
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    return {service: boto3.client(service, **(server.client_arguments | own)) for service in TABLES}


def having(case: str, kind: type) -> list[Any]:
    """The rows that have such a case."""
    return [
        pytest.param(name, row, id=name) for name, row in ROWS.items() if isinstance(getattr(row, case), kind)
    ]


@pytest.mark.parametrize(("name", "row"), having("given", dict))
def test_a_user_without_policies_is_denied(stage: Stage, name: str, row: Row) -> None:
    denied = {"AccessDenied", "403"}
    if name == "s3:DeleteBucket":  # the bucket may be gone by now, which is said first
        denied.add("NoSuchBucket")
    code = stage.code(name, row.given, by=stage.powerless).removesuffix("Exception")
    assert code in ({""} if tuple(name.split(":")) in FREE_FOR_ALL else denied)


@pytest.mark.parametrize(("name", "row"), having("given", dict))
def test_it_is_answered(stage: Stage, name: str, row: Row) -> None:
    assert stage.code(name, row.given) == row.answer


@pytest.mark.parametrize(("name", "row"), having("missing", Refused))
def test_what_is_missing_is_told(stage: Stage, name: str, row: Row) -> None:
    assert isinstance(row.missing, Refused)
    assert stage.code(name, {**row.given, **row.missing.changed}) == row.missing.code


@pytest.mark.parametrize(("name", "row"), having("conflict", Refused))
def test_what_is_in_the_way_is_told(stage: Stage, name: str, row: Row) -> None:
    assert isinstance(row.conflict, Refused)
    assert stage.code(name, {**row.given, **row.conflict.changed}) == row.conflict.code


@pytest.mark.parametrize(("name", "row"), having("pages", int))
def test_its_pages_joined_are_the_whole(stage: Stage, name: str, row: Row) -> None:
    assert isinstance(row.pages, int)
    whole = stage.call(name, row.given)
    pages, lists = stage.pages(name, row.given, row.pages)
    assert len(pages) > 1
    for page in pages[:-1]:
        assert sum(len(path.search(page) or ()) for path in lists) == row.pages
    for path in lists:
        assert [each for page in pages for each in path.search(page) or ()] == (path.search(whole) or [])


def test_every_answer_is_recorded(stage: Stage) -> None:
    """In the journal, or with its change."""
    recorded = {request_id: event["eventName"] for request_id, event in events(stage.data).items()}
    assert {request_id: recorded.get(request_id) for request_id in stage.answered} == stage.answered
