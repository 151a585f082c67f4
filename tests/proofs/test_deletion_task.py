"""Ids of deletion tasks: only those that were issued are confirmed."""

import secrets
from uuid import UUID

from watchword.proofs.deletion_task import DeletionTask

PATH, ROLE, ACCOUNT = "/aws-service-role/ecs.amazonaws.com/", "AWSServiceRoleForECS", "111111111111"
ROOT = bytes(32)
TASK = DeletionTask.issue(PATH, ROLE, ACCOUNT, ROOT, bytes)


def test_an_id_is_read_as_it_was_written() -> None:
    assert str(TASK) == f"task{PATH}{ROLE}/{UUID(bytes=TASK.uuid)}"
    assert DeletionTask.parse(str(TASK)) == TASK
    assert TASK.was_issued(ACCOUNT, ROOT)


def test_each_is_another() -> None:
    issued = {str(DeletionTask.issue(PATH, ROLE, ACCOUNT, ROOT, secrets.token_bytes)) for _ in range(9)}
    assert len(issued) == 9


def test_no_other_account_key_role_or_uuid() -> None:
    assert not TASK.was_issued("222222222222", ROOT)
    assert not TASK.was_issued(ACCOUNT, bytes([1] * 32))
    for place in range(len(f"task{PATH}"), len(str(TASK))):
        text = str(TASK)
        changed = text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]
        other = DeletionTask.parse(changed)
        assert other is None or not other.was_issued(ACCOUNT, ROOT), changed


def test_what_is_no_id() -> None:
    for text in (
        "",
        "task",
        f"task{PATH}{ROLE}",
        f"task/{ROLE}/{UUID(bytes=TASK.uuid)}",
        f"{TASK}\n",
        f"{TASK}/x",
    ):
        assert DeletionTask.parse(text) is None
