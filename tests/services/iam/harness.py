"""Calls IAM's operations on a real database.

`iam("CreateUser", UserName="ann")` keeps the operation's demands in `iam.demands`. Inputs are also checked
against the model's constraints.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self
from urllib.parse import unquote

import botocore.validate
import pytest
from tests.services.harness import SHAPES, call_of, carry_out

from watchword.access import Caller, Demand
from watchword.names import AwsError, Principal
from watchword.names.principal import User
from watchword.services.iam import OPERATIONS
from watchword.services.operation import Call
from watchword.world import World

A, B = "111111111111", "222222222222"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
ALLOW_ALL = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)

MODEL = SHAPES["iam"]


@dataclass
class Iam:
    """IAM, called by one principal."""

    world: World
    caller: Caller
    now: datetime
    demands: tuple[Demand, ...] = field(default=(), init=False)
    meanwhile: Callable[[], object] = str
    """What happens between the decision and the operation."""

    def __call__(self, name: str, **given: object) -> dict[str, Any]:
        model, operation = MODEL.operation_model(name), OPERATIONS[name]
        if model.input_shape:
            errors = botocore.validate.ParamValidator().validate(given, model.input_shape)
            assert not errors.has_errors(), errors.generate_report()
        call = self._call(name, given)
        self.demands = operation.demands(call)
        return carry_out(call, self.demands, self.meanwhile)

    def asks(self, name: str, **given: object) -> tuple[Demand, ...]:
        """The permissions that the operation needs, without doing it."""
        return OPERATIONS[name].demands(self._call(name, given))

    def ruler(self, name: str, path: str = "/") -> tuple[Self, dict[str, Any]]:
        """A new user who may do everything: IAM as they call it, and the user."""
        made = self("CreateUser", UserName=name, Path=path)["User"]
        self("AttachUserPolicy", UserName=name, PolicyArn=ADMINISTRATOR)
        return self.by(User(self.caller.account, name, made["UserId"], path)), made

    def by(self, principal: Principal) -> Self:
        """The same, called by another principal."""
        return replace(self, caller=Caller(principal))

    def pages(self, name: str, member: str, size: int, **given: object) -> list[list[Any]]:
        """All pages of a list, `size` items each."""
        found, marker = [], {}
        for _ in range(100):
            page = self(name, MaxItems=size, **marker, **given)
            found.append(page[member])
            if not page["IsTruncated"]:
                assert "Marker" not in page
                return found
            marker = {"Marker": page["Marker"]}
        raise AssertionError("endless")

    def _call(self, name: str, given: dict[str, object]) -> Call:
        return call_of(self.world, self.caller, ("iam", name), given, now=self.now)


def refused(code: str, said: str, iam: Iam, name: str, **given: object) -> None:
    """The operation answers exactly this error, and its model knows it."""
    with pytest.raises(AwsError) as caught:
        iam(name, **given)
    error = caught.value
    assert (error.code, error.said) == (code, said)
    modelled = {
        shape.error_code: shape.metadata.get("error", {"httpStatusCode": 400})
        for shape in MODEL.operation_model(name).error_shapes
    }
    assert not error.status or modelled[code]["httpStatusCode"] == error.status


def decoded(document: str) -> dict[str, Any]:
    """A policy document out of an answer."""
    found: dict[str, Any] = json.loads(unquote(document))
    return found
