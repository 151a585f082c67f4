"""Calls Organizations, and whatever else, on a real database, as principals of several accounts.

`root(A)` calls as the root user of an account. Inputs are checked against the model's constraints.
"""

import json
from dataclasses import dataclass
from typing import Any

import botocore.validate
import pytest
from tests.services.harness import SHAPES, call_of, carry_out

from watchword.access import Caller
from watchword.names import AwsError, Principal
from watchword.names.principal import Root
from watchword.services.table import SERVED
from watchword.store.iam import roles
from watchword.world import World

A, B, C = "111111111111", "222222222222", "333333333333"
SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
ROLE = "OrganizationAccountAccessRole"


@dataclass
class By:
    """One principal, who calls operations of any service."""

    world: World
    principal: Principal

    def __call__(self, operation: str, **given: Any) -> dict[str, Any]:
        service, _, name = operation.rpartition(":")
        service = service or "organizations"
        model = SHAPES[service].operation_model(name)
        if model.input_shape:
            errors = botocore.validate.ParamValidator().validate(given, model.input_shape)
            assert not errors.has_errors(), errors.generate_report()
        now = self.world.clock.now()
        call = call_of(self.world, Caller(self.principal), (service, name), given, now=now)
        return carry_out(call, SERVED[service][name].demands(call))

    def member(self, name: str, **more: Any) -> str:
        """The id of a new account of the organization."""
        request = self("CreateAccount", AccountName=name, Email=f"{name}@example.com", **more)
        request_id = request["CreateAccountStatus"]["Id"]
        ended = self("DescribeCreateAccountStatus", CreateAccountRequestId=request_id)
        return str(ended["CreateAccountStatus"]["AccountId"])

    def unit(self, name: str, parent: str) -> str:
        """The id of a new unit."""
        made = self("CreateOrganizationalUnit", ParentId=parent, Name=name)
        return str(made["OrganizationalUnit"]["Id"])

    def policy(self, name: str, content: str, type_: str = SCP) -> str:
        """The id of a new policy."""
        made = self("CreatePolicy", Name=name, Description="", Type=type_, Content=content)
        return str(made["Policy"]["PolicySummary"]["Id"])

    @property
    def root_id(self) -> str:
        return str(self("ListRoots")["Roots"][0]["Id"])

    def pages(self, name: str, member: str, size: int, **given: Any) -> list[list[Any]]:
        """All pages of a list, `size` items each."""
        found, token = [], dict[str, str]()
        while True:
            page = self(name, MaxResults=size, **token, **given)
            found.append(page[member])
            if "NextToken" not in page:
                return found
            token = {"NextToken": page["NextToken"]}


def root(world: World, account: str) -> By:
    return By(world, Root(account))


def administrator(world: World, account: str) -> By:
    """A session of the role that the management account may assume."""
    with world.database.read() as tx:
        role = roles.named(tx, account, ROLE)
    assert role
    return By(world, role.session("test"))


def statement(effect: str, action: Any, resource: Any = "*", **more: Any) -> str:
    held = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [held]})


def refused(code: str, by: By, operation: str, reason: str = "", **given: Any) -> str:
    """The operation answers this error, with this reason; what it says."""
    with pytest.raises(AwsError) as caught:
        by(operation, **given)
    error = caught.value
    assert (error.code, error.fields.get("Reason", "")) == (code, reason), error.said
    name = operation.rpartition(":")[2]
    if ":" not in operation and code != "AccessDenied":
        modelled = {shape.error_code for shape in SHAPES["organizations"].operation_model(name).error_shapes}
        assert code in modelled, f"{name} has no {code}"
    return error.said
