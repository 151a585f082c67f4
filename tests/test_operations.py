"""What docs/adding-an-operation.md says is noticed when forgotten, is noticed here."""

import importlib
import json
import os
import pkgutil
import re
from pathlib import Path

import pytest
from botocore.model import OperationModel, ServiceModel
from tests.services.rows import FREE_FOR_ALL, Refused, Row, Without, folder, tables

from watchword import services
from watchword.reference.models import read_model
from watchword.services.operation import no_demands
from watchword.services.table import SERVED
from watchword.wire import Models

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "operations.md"
MODELS = {name: ServiceModel(json.loads(read_model(name)), name) for name in SERVED}
ROWS = [(service, name, row) for service, rows in SERVED.items() for name, row in rows.items()]

HEAD = """\
For users: every operation that is served. A test generates this page from the tables in `services/`. The mode
is the transaction of an operation: `pure` has none, `point read` reads single rows without waiting, `read`
reads a snapshot of the database, `write` changes the database, `object write` changes objects."""


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def test_every_folder_is_a_row_of_the_table() -> None:
    folders = {found.name for found in pkgutil.iter_modules(services.__path__) if found.ispkg}
    assert folders == set(map(folder, SERVED))


@pytest.mark.parametrize("service", SERVED)
def test_every_noun_table_is_merged(service: str) -> None:
    """And no name stands in two of them: the second would silently take the place of the first."""
    package = importlib.import_module(f"{services.__name__}.{folder(service)}")
    nouns = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not found.ispkg
    ]
    names = [name for noun in nouns for name in getattr(noun, "OPERATIONS", {})]
    assert sorted(names) == sorted(SERVED[service])


@pytest.mark.parametrize("service", SERVED)
def test_every_row_is_in_the_model(service: str) -> None:
    known = Models(read_model).service(service).operations
    assert set(SERVED[service]) <= set(known)


def test_who_needs_no_permission() -> None:
    assert {(service, name) for service, name, row in ROWS if row.demands is no_demands} == FREE_FOR_ALL


# --- every operation is called, in every case that its model has ----------------------------------------

TABLES = tables()
CALLED = [(service, name, row) for service, table in TABLES.items() for name, row in table.ROWS.items()]
OTHERS = [(service, name, test) for service, table in TABLES.items() for name, test in table.OTHERS.items()]

MISSING = re.compile("^NoSuch|NotFound|DoesNotExist")
CONFLICT = re.compile("AlreadyExists|AlreadyOwned|Conflict|Duplicate")
PAGED = {"istruncated", "marker", "nextmarker", "nexttoken", "continuationtoken"}


def cases(service: str, name: str) -> set[str]:
    """The cases that an operation has: read from the errors and members of its model."""
    model = MODELS[service].operation_model(name)
    answered = model.output_shape.members if model.output_shape else {}
    on_a_bucket = model.input_shape is not None and "Bucket" in model.input_shape.required_members
    found = {
        "missing": on_a_bucket or any(map(MISSING.search, codes(model))),  # S3's models have no NoSuchBucket
        "conflict": any(map(CONFLICT.search, codes(model))),
        "pages": not PAGED.isdisjoint(member.lower() for member in answered),
    }
    return {case for case, there in found.items() if there}


def codes(model: OperationModel) -> set[str]:
    return {shape.error_code for shape in model.error_shapes}


def tried(service: str, name: str, row: Row) -> set[str]:
    """Those that the row tries, or leaves out for a reason."""
    found = {case for case in ("missing", "conflict", "pages") if getattr(row, case) is not None}
    modelled = codes(MODELS[service].operation_model(name))
    return found | ({"missing"} if row.answer in modelled else set())


def test_every_operation_is_called_by_a_test() -> None:
    """By a row or by a test that is named for it, and never by both."""
    called = sorted((service, name) for service, name, _ in [*CALLED, *OTHERS])
    assert called == sorted((service, name) for service, name, _ in ROWS)


def test_every_case_of_an_operation_is_tried() -> None:
    untried = {
        (service, name): cases(service, name) - tried(service, name, row) for service, name, row in CALLED
    }
    assert {operation: left for operation, left in untried.items() if left} == {}


def test_a_case_is_left_out_for_a_reason_and_only_where_there_is_one() -> None:
    for service, name, row in CALLED:
        for case in ("missing", "conflict", "pages"):
            left_out = getattr(row, case)
            if isinstance(left_out, Without):
                assert left_out.reason, (service, name)
                assert case in cases(service, name), (service, name)


def test_iam_refuses_as_its_model_says() -> None:
    """The other models leave out most of their codes."""
    for name, row in TABLES["iam"].ROWS.items():
        refused = {each.code for each in (row.missing, row.conflict) if isinstance(each, Refused)}
        assert refused <= codes(MODELS["iam"].operation_model(name)), name


@pytest.mark.parametrize(("service", "name", "test"), OTHERS)
def test_what_no_row_calls_is_called_where_it_is_said(service: str, name: str, test: str) -> None:
    file, _, function = test.partition("::")
    text = (ROOT / file).read_text()
    assert f"\ndef {function}(" in text
    assert f".{snake(name)}(" in text or f'"{name}"' in text


# --- what is written about them -------------------------------------------------------------------------


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
