"""docs/object-service.md is true: its tables are the server's own (UPDATE_GOLDEN=1 rewrites them)."""

import os
import re
from collections import defaultdict
from pathlib import Path

from tests.services.s3.test_demands import ASKED

from watchword.reference.actions import catalogue
from watchword.reference.models import read_model
from watchword.services.s3 import OPERATIONS, headers, settings
from watchword.wire import Models

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "object-service.md"
NOT_FILLED = ROOT / "tests" / "golden" / "condition_keys_not_filled.txt"
YES, PARTLY, NO = "yes", "partly", "no"

SAME_FOR_ALL = "The same for every bucket: only that can be set."
NOTHING_THERE = "Answers that there is none, as S3 does."
NOTES = {
    "CopyObject": "No copy from access points.",
    "CreateBucket": "Location and tags.",
    "PutBucketEncryption": "AES256. There is no key service.",
    "PutBucketNotificationConfiguration": "To functions. No topics, queues, EventBridge.",
}
"""What an operation that is partly served does."""


def operations() -> dict[str, tuple[str, str]]:
    model = Models(read_model).service("s3").model
    found = {}
    for name in sorted(model.operations):
        if name not in OPERATIONS:
            found[name] = NO, ""
        elif name in settings.ANSWERS or name in settings.SET:
            found[name] = PARTLY, SAME_FOR_ALL
        elif name in settings.ABSENT or name in settings.ABSENT_TO_DELETE:
            found[name] = PARTLY, NOTHING_THERE
        else:
            found[name] = PARTLY if name in NOTES else YES, NOTES.get(name, "")
    return found


def request_headers() -> dict[str, tuple[str, str]]:
    found = dict.fromkeys(headers.READ, (YES, ""))
    found |= dict.fromkeys(headers.WITHOUT_EFFECT, (YES, "Has no effect."))
    found |= {
        name: (PARTLY, "Only " + ", ".join(f"`{each}`" for each in sorted(values)) + ".")
        for name, values in headers.TRUE_ANYWAY.items()
    }
    found |= dict.fromkeys(headers.REFUSED, (NO, ""))
    return found | {
        f"{prefix}*": (NO, "") for prefix in headers.REFUSED_PREFIXES if f"{prefix}*" not in found
    }


def condition_keys() -> dict[str, tuple[str, str]]:
    missing = {tuple(line.split(" ", 1)) for line in NOT_FILLED.read_text().splitlines()}
    listed = {action for action, _ in missing}
    actions = {
        action
        for _, _, demands in ASKED
        for action, _, _ in demands
        # The list is made by calls that name a version, where there is one.
        if action in listed or action.replace("Object", "ObjectVersion", 1) not in listed
    }
    of_key = defaultdict(list)
    for action in sorted(actions):
        known = catalogue().action(action)
        for key in known.condition_keys if known else ():
            named = key.replace("<key>", "${tagkey}")
            if named.startswith("s3:"):
                of_key[named].append((action, named) not in missing)
    return {key: (YES if all(found) else PARTLY if any(found) else NO, "") for key, found in of_key.items()}


def table(first: str, rows: dict[str, tuple[str, str]]) -> str:
    lines = [f"| {first} | | |", "| --- | --- | --- |"]
    lines += [f"| `{name}` | {served} | {note} |" for name, (served, note) in sorted(rows.items())]
    return "\n".join(lines)


TABLES = {
    "Operations": lambda: table("Operation", operations()),
    "Headers": lambda: table("Header", request_headers()),
    "Condition keys": lambda: table("Key", condition_keys()),
}


def test_the_page_is_true() -> None:
    text = PAGE.read_text()
    true = text
    for title, written in TABLES.items():
        pattern = rf"(?m)(^## {title}\n(?:.*\n)*?\n)((?:^\|.*\n)+)"
        assert re.search(pattern, true), title
        true = re.sub(pattern, lambda found, written=written: f"{found[1]}{written()}\n", true, count=1)
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(true)
    assert PAGE.read_text() == true


def test_notes_are_of_operations_that_are_served() -> None:
    assert NOTES.keys() <= OPERATIONS.keys()
