"""Every header that SDKs send or the model has is read, ignored or refused on purpose: in one table."""

from watchword.reference.models import read_model
from watchword.services.s3 import OPERATIONS, headers
from watchword.wire import Models

OF_SDKS = {
    *(
        "x-amz-api-version",
        "x-amz-cf-id",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-decoded-content-length",
    ),
    *("x-amz-region-set", "x-amz-s3session-token", "x-amz-security-token", "x-amz-te", "x-amz-trailer"),
    "x-amz-user-agent",
}
"""Headers that SDKs of any language send, beside those of the model."""


def of_served_operations() -> set[str]:
    model = Models(read_model).service("s3").model
    inputs = [model.spec(name).input for name in OPERATIONS]
    members = [(name, member) for shape in inputs if shape for name, member in shape.members.items()]
    names = {member.wire_name(name).lower() for name, member in members if member.location == "header"}
    return {name for name in names if name.startswith("x-amz-")}


def test_every_header_is_decided_once() -> None:
    tables = (headers.READ, headers.WITHOUT_EFFECT, headers.TRUE_ANYWAY.keys(), headers.REFUSED)
    acls = {name for name in of_served_operations() if name == "x-amz-acl" or name.startswith("x-amz-grant-")}
    for name in of_served_operations() - acls | OF_SDKS:
        decided = [name in table for table in tables].count(True)
        refused = name.startswith(headers.REFUSED_PREFIXES)
        assert decided == 1 or (decided == 0 and refused), name


def test_nothing_is_decided_that_nobody_sends() -> None:
    known = of_served_operations() | OF_SDKS
    tables = (headers.READ, headers.WITHOUT_EFFECT, headers.TRUE_ANYWAY.keys(), headers.REFUSED)
    assert {name for table in tables for name in table} <= known
    assert all(any(name.startswith(prefix) for name in known) for prefix in headers.REFUSED_PREFIXES)
