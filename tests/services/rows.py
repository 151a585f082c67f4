"""The shape of the tables that say how each served operation is called: tests/services/<service>/rows.py.

* `SCENE`:  calls that make what the rows need. The scenes of all services are played before any row.
* `ROWS`:   operation -> how it is called with success, how it is refused when something is missing and when
            something is in the way, and the size of a page. Every row works from the scene alone: it takes
            away nothing that another row needs.
* `OTHERS`: operation -> the test that calls it, for the few that no row can call.

A text like "<upload>" stands for what a step of a scene kept under that name. Which cases a row must have is
read from the operation's model (tests/test_operations.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from keyword import iskeyword
from types import ModuleType
from typing import Any

from watchword.services.table import SERVED

FREE_FOR_ALL = {
    *(("rolesanywhere", name) for name in ("CreateHostSession", "CreateSession", "JoinHost", "RenewHost")),
    *(("sso", name) for name in ("GetRoleCredentials", "ListAccountRoles", "ListAccounts", "Logout")),
    *(("sso-oidc", name) for name in ("CreateToken", "RegisterClient", "StartDeviceAuthorization")),
    ("sts", "GetCallerIdentity"),
    ("sts", "GetSessionToken"),
}
"""AWS STS API Reference: these two need no permission. Sessions for
holders of certificates call AssumeRole, which is decided; hosts were enrolled. In the access portal a token
is the permission, and programs without one register for themselves."""


class Step:
    """A call of a scene; `kept` are members of its answer, by the name they are kept under.

    The operation is the scene's own service's, or another one's, such as "sso-admin:CreateInstance".
    """

    def __init__(self, operation: str, given: Mapping[str, Any], **kept: str) -> None:
        self.operation, self.given, self.kept = operation, given, kept

    def called_by(self, service: str) -> str:
        """Service and operation, in the scene of that service."""
        return self.operation if ":" in self.operation else f"{service}:{self.operation}"


class Refused:
    """The row's call with some members changed, and the code of the error that it then ends in."""

    def __init__(self, code: str, **changed: Any) -> None:
        self.code, self.changed = code, changed


@dataclass(frozen=True)
class Without:
    """Why a row leaves out a case that the operation's model has."""

    reason: str


@dataclass(frozen=True)
class Row:
    """How one operation is called. None where its model has no such case."""

    given: Mapping[str, Any] = field(default_factory=dict)
    missing: Refused | Without | None = None
    conflict: Refused | Without | None = None
    pages: int | Without | None = None
    """The size of a page; the whole answer is longer."""
    answer: str = ""
    """The error code of the call itself, where nobody can have what it asks for."""


FOLDERS = {"stepfunctions": "states"}
"""A service whose actions don't begin with its model's name has a folder that is called like them."""


def folder(service: str) -> str:
    """The name of its folder in services/, here and in store/."""
    name = FOLDERS.get(service, service).replace("-", "_")
    return f"{name}_" if iskeyword(name) else name


def tables() -> dict[str, ModuleType]:
    """Service -> its module of rows."""
    return {service: import_module(f"tests.services.{folder(service)}.rows") for service in SERVED}
