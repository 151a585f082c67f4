"""What docs/adding-an-operation.md says is noticed when forgotten, is noticed here."""

import importlib
import os
import pkgutil
import re
from pathlib import Path

import pytest

from watchword import services
from watchword.reference.models import read_model
from watchword.services.operation import Operation, no_demands
from watchword.services.table import SERVED
from watchword.wire import Models

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "operations.md"
ROWS = [(service, name, row) for service, rows in SERVED.items() for name, row in rows.items()]

FREE_FOR_ALL = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")}
"""AWS STS API Reference: these need no permission."""


HEAD = """\
Generated from the tables in `services/`; a test keeps it true. The mode is the transaction of an operation:
`pure` none, `point read` single rows read without waiting, `read` a snapshot of the database, `write` a
change of it, `object write` a change of objects."""


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


@pytest.mark.parametrize("service", SERVED)
def test_every_noun_table_is_merged(service: str) -> None:
    package = importlib.import_module(f"{services.__name__}.{service}")
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        noun = importlib.import_module(found.name)
        rows: dict[str, Operation] = getattr(noun, "OPERATIONS", {})
        assert set(rows) <= set(SERVED[service]), f"{noun.__name__} has operations that nobody serves"


@pytest.mark.parametrize("service", SERVED)
def test_every_row_is_in_the_model(service: str) -> None:
    known = Models(read_model).service(service).operations
    assert set(SERVED[service]) <= set(known)


def test_who_needs_no_permission() -> None:
    assert {(service, name) for service, name, row in ROWS if row.demands is no_demands} == FREE_FOR_ALL


def test_every_operation_is_called_by_a_test() -> None:
    text = "\n".join(file.read_text() for file in (ROOT / "tests").rglob("*.py"))
    missing = [
        f"{service}:{name}"
        for service, name, _ in ROWS
        if not any(call in text for call in (f".{snake(name)}(", f'"{snake(name)}"', f'"{name}"'))
    ]
    assert not missing


def test_the_operations_page_is_true() -> None:
    lines = ["# Operations served", "", HEAD, ""]
    for service, rows in SERVED.items():
        lines += [f"## {service}", "", "| operation | mode |", "| --- | --- |"]
        lines += [f"| {name} | {row.mode.value} |" for name, row in sorted(rows.items())]
        lines.append("")
    page = "\n".join(lines)
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(page)
    assert PAGE.read_text() == page
