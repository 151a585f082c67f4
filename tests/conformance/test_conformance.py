"""A sample of the generated variants: the first of every type and operation. `make conformance` runs all.

And the judge itself: an answer that isn't as AWS's must not pass.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.conformance.judge import judge, unlike
from tests.conformance.run import every, try_it, ways
from tests.conformance.stage import MODELS, Answer, Stage, rows, stage
from tests.conformance.variants import OTHER, OURS, Variant

ROWS = rows()
USER = {"UserName": "ann"}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("conformance")) as made:
        yield made


@pytest.mark.parametrize(("service", "name"), ROWS, ids=[":".join(each) for each in ROWS])
def test_the_first_of_every_type(played: Stage, service: str, name: str) -> None:
    row, seen, wrong = ROWS[service, name], set[str](), []
    for variant in every(service, name, row, played):
        if variant.what not in seen:
            seen.add(variant.what)
            wrong.append(try_it(played, service, name, row, variant, ways(service, name, variant)[-1]))
    assert [each for each in wrong if each] == []
    assert "minimal" in seen


SAYS = "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must "
NULL, LONG = f"{SAYS}not be null", f"{SAYS}have length less than or equal to 128"
FOUND = {
    "User": {
        "Path": "/",
        "UserName": "ann",
        "UserId": "AIDA",
        "Arn": "arn",
        "CreateDate": datetime(2026, 1, 1, tzinfo=UTC),
    }
}


def refused(status: int, code: str, said: str = "") -> Answer:
    return Answer(status, b"", {"Error": {"Code": code, "Message": said}})


def without(name: str, **more: Any) -> Answer:
    user = {member: value for member, value in FOUND["User"].items() if member != name}
    return Answer(200, b"", {"User": user | more})


@pytest.mark.parametrize(
    ("variant", "answer", "wrong"),
    [
        (Variant("minimal", "", USER), Answer(200, b"", FOUND), ""),
        (Variant("minimal", "", USER), refused(500, "InternalFailure"), "defect"),
        (Variant("minimal", "", USER), refused(404, "NoSuchEntity"), "refused"),
        (Variant("full", "", USER), refused(404, "NoSuchEntity"), ""),
        (Variant("full", "", USER), refused(400, "NoSuchEntity"), "with the status 400, not 404"),
        (Variant("full", "", USER), refused(400, "NoSuchBucket"), "is not in the model"),
        (Variant("full", "", USER), refused(400, "ValidationError", LONG), "the model allows it"),
        (Variant("max", "", {"UserName": "a" * 129}), refused(400, "ValidationError", LONG), ""),
        (Variant("max", "", {"UserName": "a" * 129}), refused(403, "AccessDenied"), "instead of"),
        (Variant("max", "", {"UserName": "a" * 129}), Answer(200, b"", FOUND), "instead of"),
        (Variant("max", "", {"UserName": "a" * 129}), refused(400, "ValidationError", NULL), "not:"),
        (Variant("malformed", "", USER), Answer(200, b"", FOUND), "200 done"),
        (Variant("powerless", "", USER), refused(403, "AccessDenied"), ""),
        (Variant("powerless", "", USER), refused(404, "NoSuchEntity"), "for a user without policies"),
        (Variant("powerless", "", USER), Answer(200, b"", FOUND), "done for a user without policies"),
        (Variant("other account", "", USER), Answer(200, OTHER.encode(), FOUND), ""),
        (Variant("other account", "", USER), Answer(200, OURS.encode(), FOUND), "told about ours"),
        (Variant("foreign ARN", "PolicyArn", USER), Answer(200, b"", FOUND), "of another account"),
        (Variant("minimal", "", USER), without("UserId"), ".User.UserId is missing"),
        (Variant("minimal", "", USER), without("", Path=7), "not of the type string"),
        (
            Variant("minimal", "", USER),
            without("", PermissionsBoundary={"PermissionsBoundaryType": "None"}),
            "not one of",
        ),
    ],
)
def test_the_judge_notices(variant: Variant, answer: Answer, wrong: str) -> None:
    said = judge(MODELS["iam"].operation_model("GetUser"), variant, answer)
    assert wrong in said
    assert bool(said) is bool(wrong)


def test_lists_and_maps_are_looked_into() -> None:
    summary = MODELS["iam"].operation_model("GetAccountSummary").output_shape
    assert list(unlike(summary, {"SummaryMap": {"Users": "many"}}))
    users = MODELS["iam"].operation_model("ListUsers").output_shape
    assert list(unlike(users, {"Users": [{}]}))
