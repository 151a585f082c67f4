"""What docs/bucket-access.md shows is what happens, with the real aws CLI, its blocks in their order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.test_docs import blocks

from watchword.testing import Server

PAGE = (Path(__file__).parents[3] / "docs" / "bucket-access.md").read_text()


@pytest.mark.slow
def test_the_page_is_true(watchword: Server) -> None:
    bin_, told = Path(sys.executable).parent, blocks(PAGE)
    assert told
    ours = {**watchword.environment, "PATH": f"{bin_}:{os.environ['PATH']}"}
    for block in told:
        done = subprocess.run(
            block.command, shell=True, env=ours, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout.split() if block.printed else []) == (
            0,
            block.printed.split(),
        ), (block, done.stderr)
