"""Ids of report jobs: only those that were issued to a caller are read."""

from datetime import UTC, datetime

import pytest
from msgspec import structs

from watchword.names.ids import Prefix
from watchword.proofs.access_report import KINDS, AccessReport

ACCOUNT, CALLER, ROOT = "111111111111", "AIDA" + "C" * 17, bytes(32)
JOB = AccessReport("AROA" + "ABCDEFGHIJKLM2345", actions=True, created=datetime(2026, 3, 14, tzinfo=UTC))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rest", ["A" * 17, "7" * 17, "QRSTUVWXYZ234567A"])
@pytest.mark.parametrize("actions", [True, False])
def test_an_id_is_read_as_it_was_written(kind: Prefix, rest: str, *, actions: bool) -> None:
    job = structs.replace(JOB, subject=kind + rest, actions=actions)
    job_id = job.job_id(ACCOUNT, CALLER, ROOT)
    assert len(job_id) == 36
    assert AccessReport.read(job_id, ACCOUNT, CALLER, ROOT) == job


def test_only_whoever_it_was_issued_to_reads_it() -> None:
    job_id = JOB.job_id(ACCOUNT, CALLER, ROOT)
    assert AccessReport.read(job_id, "222222222222", CALLER, ROOT) is None
    assert AccessReport.read(job_id, ACCOUNT, "AIDA" + "D" * 17, ROOT) is None
    assert AccessReport.read(job_id, ACCOUNT, CALLER, bytes([1] * 32)) is None


def test_no_changed_id_is_read() -> None:
    job_id = JOB.job_id(ACCOUNT, CALLER, ROOT)
    for place in range(len(job_id)):
        changed = job_id[:place] + ("A" if job_id[place] != "A" else "B") + job_id[place + 1 :]
        assert AccessReport.read(changed, ACCOUNT, CALLER, ROOT) is None, changed


@pytest.mark.parametrize("text", ["", "é" * 36, "a" * 35, "!" * 36, "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_id(text: str) -> None:
    assert AccessReport.read(text, ACCOUNT, CALLER, ROOT) is None
