"""A policy of MinIO as a policy of IAM.

MinIO's policies are written as those of S3, and mean the same. In this order:

1. Actions on the server itself (`admin:`, `kms:` and others) and actions that S3 doesn't have are left out:
   there is nothing here that they would be about.
2. A statement that depends on what only MinIO knows of a caller (`jwt:`, `ldap:`, `aws:groups`, its own
   meaning of `aws:userid`) can't be translated. One that allows is left out, so less is allowed. One that
   denies makes the import fail: without it more would be allowed.
3. A policy with no statement left isn't made.

Each thing that is left out is told. Source: MinIO documentation, "Access Management", "Policy Document
Structure", "Supported Policy Action Keys" and "Policy Condition Keys"; AWS Service Authorization Reference.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Raw

from watchword.reference.actions import catalogue

Tell = Callable[[str], object]
_OF_MINIO = re.compile(r"(jwt|ldap|svc):|aws:groups|aws:userid", re.IGNORECASE)
"""What statements can depend on that isn't here, in condition keys and in variables."""
_VARIABLE = re.compile(r"\$\{([^}]*)")
_S3 = "s3:"


class Untranslatable(ValueError):  # noqa: N818 its message is the line that a person reads
    """A policy that can't be left out without allowing more."""


READ_ONLY = {
    "Effect": "Allow",
    "Action": ["s3:GetBucketLocation", "s3:GetObject"],
    "Resource": ["arn:aws:s3:::*"],
}
BUILT_IN: dict[str, dict[str, Any]] = {
    "readonly": READ_ONLY,
    "readwrite": {**READ_ONLY, "Action": ["s3:*"]},
    "writeonly": {**READ_ONLY, "Action": ["s3:PutObject"]},
}
"""Policies that every server has, which an export may leave out: name -> statement."""


def built_in(name: str) -> Raw | None:
    """The document of a policy that every server has."""
    if name not in BUILT_IN:
        return None
    return Raw(msgspec.json.encode({"Version": "2012-10-17", "Statement": [BUILT_IN[name]]}))


def translated(document: Raw, tell: Tell) -> Raw | None:
    """The document as IAM has it; None where nothing is left of it. Raises Untranslatable, ValueError."""
    given = msgspec.json.decode(document)
    if not isinstance(given, dict):
        raise Untranslatable("isn't a policy document")
    listed = given.get("Statement", [])
    kept = [*_statements(listed if isinstance(listed, list) else [listed], tell)]
    if not kept:  # 3.
        tell("nothing is left of it, so it isn't made")
        return None
    return Raw(msgspec.json.encode({"Version": given.get("Version") or "2012-10-17", "Statement": kept}))


def _statements(given: list[Any], tell: Tell) -> Iterator[dict[str, Any]]:
    for number, statement in enumerate(given):
        if not isinstance(statement, dict):
            raise Untranslatable(f"statement {number} isn't an object")
        if depends := _depends(statement):  # 2.
            if statement.get("Effect") != "Allow":
                raise Untranslatable(f"statement {number} denies by {depends}, which isn't known here")
            tell(f"statement {number} allows by {depends}, which isn't known here: left out")
        elif left := _actions(statement, tell):
            yield {**statement, **left}


def _depends(statement: dict[str, Any]) -> str:
    """What of MinIO alone a statement depends on."""
    texts = [*_keys(statement.get("Condition")), *_VARIABLE.findall(msgspec.json.encode(statement).decode())]
    return next((found[0] for text in texts if (found := _OF_MINIO.search(text))), "")


def _keys(condition: Any) -> Iterator[str]:  # noqa: ANN401 any JSON
    for block in condition.values() if isinstance(condition, dict) else ():
        yield from block if isinstance(block, dict) else ()


def _actions(statement: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Rule 1: the member with the actions that are left; empty if none are."""
    member = "Action" if "Action" in statement else "NotAction"
    given = statement.get(member, [])
    listed = [given] if isinstance(given, str) else given
    kept = [action for action in listed if _is_of_s3(action)]
    for action in listed:
        if action not in kept:
            tell(f"{action} isn't an action here: left out")
    return {member: kept} if kept else {}


def _is_of_s3(action: Any) -> bool:  # noqa: ANN401 any JSON
    if action == "*":
        return True
    if not isinstance(action, str) or not action.startswith(_S3):
        return False
    return bool(any(catalogue().matching(action)) if {"*", "?"} & set(action) else catalogue().action(action))
