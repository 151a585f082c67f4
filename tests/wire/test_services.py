"""The table of services against the models that it repeats."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.model import ServiceModel

from watchword import wire
from watchword.wire import Models
from watchword.wire.pattern import compiled
from watchword.wire.services import ROWS, SERVICES, Row

SERVED = {
    "iam",
    "sts",
    "s3",
    "s3control",
    "organizations",
    "lambda",
    "cognito-identity",
    "eks",
    "eks-auth",
    "rolesanywhere",
    "identitystore",
    "sso",
    "sso-admin",
    "sso-oidc",
    "stepfunctions",
    "signin",
    "cloudtrail",
    "accessanalyzer",
}


def test_what_is_served() -> None:
    assert set(SERVICES) == SERVED
    assert len(SERVICES) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_says_what_its_model_says(row: Row, foreign: Callable[[str], ServiceModel]) -> None:
    metadata = foreign(row.name).metadata
    assert metadata["protocol"] == row.protocol
    assert metadata["apiVersion"] == row.version
    assert metadata.get("signingName", metadata["endpointPrefix"]) == row.signing_name
    assert metadata.get("targetPrefix", "") == row.target
    if row.protocol == "json":
        assert metadata["jsonVersion"] == row.json_version


@pytest.mark.parametrize("row", [row for row in ROWS if row.invalid_input], ids=lambda row: row.name)
def test_a_code_for_invalid_input_is_modelled(row: Row, foreign: Callable[[str], ServiceModel]) -> None:
    assert foreign(row.name).shape_for_error_code(row.invalid_input) is not None


def test_rows_can_be_told_apart() -> None:
    signing = [(row.signing_name, row.header) for row in ROWS]
    versions = [row.version for row in ROWS if row.protocol == "query"]
    targets = [row.target for row in ROWS if row.target]
    for names in (signing, versions, targets):
        assert len(names) == len(set(names))
    assert {row.signing_name for row in ROWS} == {row.signing_name for row in ROWS if not row.header}


@pytest.mark.parametrize("file", sorted(Path(wire.__file__).parent.glob("*.py")), ids=lambda file: file.name)
def test_only_the_table_names_a_service(file: Path) -> None:
    """What is peculiar to a service stands in its dialect; all other code reads the row."""
    if file.name == "services.py":
        return
    names = {name for row in ROWS for name in (row.name, row.signing_name)}
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Constant):
            assert node.value not in names, f"line {node.lineno}"
        if isinstance(node, ast.ImportFrom):
            assert names.isdisjoint(alias.name for alias in node.names), f"line {node.lineno}"
            assert (node.module or "").split(".")[-1] not in names, f"line {node.lineno}"


def test_a_service_knows_itself(models: Models) -> None:
    iam = models.service("iam")
    assert (iam.name, iam.protocol, iam.version, iam.signing_name) == ("iam", "query", "2010-05-08", "iam")
    assert "GetUser" in iam.operations
    assert iam.operation("GetUser") is iam.operation("GetUser")
    with pytest.raises(KeyError):
        iam.operation("Nope")
    with pytest.raises(KeyError):
        models.service("ec2")


def test_a_model_is_read_once_and_only_when_asked(models: Models) -> None:
    read: list[str] = []

    def reading(name: str) -> bytes:
        read.append(name)
        return models.service("sts").read(name)

    fresh = Models(reading)
    assert read == []
    assert fresh.service("sts").operations == fresh.service("sts").operations
    assert read == ["sts"]


def test_every_pattern_can_be_translated(
    table: dict[str, Row], foreign: Callable[[str], ServiceModel]
) -> None:
    for name in table:
        service = foreign(name)
        for shape in service.shape_names:
            if pattern := service.shape_for(shape).metadata.get("pattern"):
                compiled(pattern)


def test_flattened_lists_name_their_items_one_way(foreign: Callable[[str], ServiceModel]) -> None:
    """SDKs take the name from the member, the models' format from the item: they must agree where served."""
    service = foreign("s3")
    for name in service.shape_names:
        shape = service.shape_for(name)
        for member, inner in getattr(shape, "members", {}).items():
            if inner.type_name == "list" and inner.serialization.get("flattened"):
                outside = inner.serialization.get("name", member)
                assert inner.member.serialization.get("name", outside) == outside, f"{name}.{member}"
