"""Every method with every sub-resource of S3, at a bucket and at an object: operation or refusal.

UPDATE_GOLDEN=1 writes golden/s3_sub_resources.txt. Its lines are read by people: a sub-resource that falls
through to the plain operation (DELETE /bucket/key?acl to DeleteObject) stands there as that operation.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from watchword.names import HttpRequest
from watchword.wire import Models, UnrecognisedError, error_response, recognise
from watchword.wire.routes import Route
from watchword.wire.s3_sub_resources import CHOOSING

LIST = Path(__file__).parents[1] / "golden" / "s3_sub_resources.txt"
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
PLACES = ("/bucket", "/bucket/key")
TOGETHER = ("annotation&annotationName", "partNumber&uploadId")
HEADERS = (("host", "localhost"), ("x-amz-object-attributes", "ETag"), ("x-amz-rename-source", "a"))


@pytest.fixture(scope="module")
def routes(models: Models) -> dict[str, Route]:
    return {spec.name: Route(spec, CHOOSING) for spec in models.service("s3").model.specs}


@pytest.fixture(scope="module")
def sub_resources(routes: dict[str, Route]) -> list[str]:
    """Those of the model, in every combination that an operation has."""
    of_routes = (name for route in routes.values() for name in route.sub_resources)
    return sorted({"", *TOGETHER, *CHOOSING, *of_routes})


def answers(models: Models, sub_resources: list[str]) -> Iterator[tuple[str, str, str, str]]:
    """(method, place, sub-resource, answer)."""
    for place in PLACES:
        for name in sub_resources:
            query = name if name != "select" else "select&select-type=2"
            for method in METHODS:
                request = HttpRequest(method, place, query.replace("&", "=1&"), HEADERS)
                yield method, place, name, answer(models, request)


def answer(models: Models, request: HttpRequest) -> str:
    """The operation's name, or status and what tells the refusal apart."""
    try:
        return recognise(request, models, scope_service="s3", hosts=("localhost",)).name
    except UnrecognisedError as error:
        status = error_response(error, "r").status
        if status == 405:
            return f"405 {error.fields['ResourceType']}, Allow: {error.headers['allow']}"
        return " ".join(filter(None, [str(status), error.code, error.fields.get("ArgumentName", "")]))


def table(models: Models, sub_resources: list[str]) -> str:
    methods: dict[tuple[str, str], list[str]] = {}
    for method, place, name, said in answers(models, sub_resources):
        methods.setdefault((f"{place}?{name}" if name else place, said), []).append(method)
    rows = [f"{target:40}{' '.join(by):34}{said}" for (target, said), by in methods.items()]
    return "\n".join(rows) + "\n"


def test_every_method_has_its_answer(models: Models, sub_resources: list[str]) -> None:
    told = table(models, sub_resources)
    if os.environ.get("UPDATE_GOLDEN"):
        LIST.write_text(told)
    assert LIST.read_text() == told


def test_no_sub_resource_falls_through(
    models: Models, sub_resources: list[str], routes: dict[str, Route]
) -> None:
    for method, place, name, said in answers(models, sub_resources):
        if said in routes:
            assert set(name.split("&")) - {""} <= routes[said].takes, (method, place, name, said)


def test_what_is_allowed_is_what_is_found(models: Models, sub_resources: list[str]) -> None:
    """Allow lists the methods that have an operation, and no others."""
    found: dict[tuple[str, str], set[str]] = {}
    for method, place, name, said in answers(models, sub_resources):
        if said[0].isalpha():
            found.setdefault((place, name), set()).add(method)
    for _, place, name, said in answers(models, sub_resources):
        if said.startswith("405"):
            allowed = set(said.partition("Allow: ")[2].split(", "))
            of_forms = {"POST"} if (place, name) == ("/bucket", "") else set()
            assert allowed == found[place, name] | of_forms, (place, name)


def test_the_answer_to_head_allows_as_well(models: Models) -> None:
    request = HttpRequest("HEAD", "/bucket", "versioning", HEADERS)
    with pytest.raises(UnrecognisedError) as caught:
        recognise(request, models, scope_service="s3", hosts=("localhost",))
    response = error_response(caught.value, "r")
    assert (response.status, response.body) == (405, b"")
    assert dict(response.headers)["allow"] == "GET, PUT"
