"""Every operation that is served, called with unmodified boto3 as its row says: rows.py of each service.

It succeeds; it is refused when something is missing and when something is in the way; its pages, joined,
are the whole. That no row and no case is left out is held by tests/test_operations.py.
"""

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import getitem
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from tests.services.rows import Refused, Row, tables

from watchword.testing import Server

TABLES = tables()
ROWS = {f"{service}:{name}": row for service, table in TABLES.items() for name, row in table.ROWS.items()}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


class Stage:
    """A server on which the scenes of all services were played, and what they kept."""

    def __init__(self, clients: Mapping[str, BaseClient]) -> None:
        self.clients = clients
        self.kept: dict[str, Any] = {}
        for service, table in TABLES.items():
            for step in table.SCENE:
                answer = self.call(f"{service}:{step.operation}", step.given)
                for name, path in step.kept.items():
                    self.kept[f"<{name}>"] = reduce(getitem, path.split("."), answer)

    def call(self, name: str, given: Mapping[str, Any]) -> Any:
        service, _, operation = name.partition(":")
        return self.clients[service]._make_api_call(operation, self._filled(given))

    def code(self, name: str, given: Mapping[str, Any]) -> str:
        """The error code of the answer, "" for success."""
        try:
            self.call(name, given)
        except ClientError as refused:
            return str(refused.response["Error"]["Code"])
        return ""

    def pages(self, name: str, given: Mapping[str, Any], size: int) -> tuple[list[Any], list[Any]]:
        """Every page, and the paths of the lists in it."""
        service, _, operation = name.partition(":")
        client = self.clients[service]
        method = next(each for each, api in client.meta.method_to_api_mapping.items() if api == operation)
        paginator = client.get_paginator(method)
        pages = paginator.paginate(**self._filled(given), PaginationConfig={"PageSize": size})
        return list(pages), paginator.result_keys

    def _filled(self, given: Any) -> Any:
        """With what the scene kept in place of its names."""
        match given:
            case dict():
                return {name: self._filled(value) for name, value in given.items()}
            case list():
                return [self._filled(value) for value in given]
            case str():
                return self.kept.get(given, given)
        return given


@pytest.fixture(scope="module")
def stage(watchword_server: Server) -> Iterator[Stage]:
    """As an administrator sees it, for root may not do everything."""
    watchword_server.reset()
    iam = boto3.client("iam", **watchword_server.client_arguments)
    iam.create_user(UserName="administrator")
    iam.attach_user_policy(UserName="administrator", PolicyArn=ADMINISTRATOR)
    key = iam.create_access_key(UserName="administrator")["AccessKey"]
    arguments = watchword_server.client_arguments | {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }
    yield Stage({service: boto3.client(service, **arguments) for service in TABLES})
    watchword_server.reset()


def having(case: str, kind: type) -> list[Any]:
    """The rows that have such a case."""
    return [
        pytest.param(name, row, id=name) for name, row in ROWS.items() if isinstance(getattr(row, case), kind)
    ]


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
