"""What a server imports when it starts: nothing large that few servers ever need."""

import subprocess
import sys

import pytest

PROGRAM = "import sys, watchword.cli.servers.{}; print(*sys.modules)"
LEFT_OUT = (
    "watchword.policy.checking.lint",
    "watchword.policy.checking.catalogue",
    "watchword.policy.lines",
    "watchword.reference.actions",
    *(
        "_awscrt",
        "argon2",
        "awscrt",
        "boto3",
        "botocore",
        "cryptography.x509",
        "jlens",
        "joserfc",
        "lxml",
        "obstore",
        "psycopg",
        "segno",
        "signxml",
    ),
    *("cryptography.hazmat.primitives.serialization", "yaml"),
)


@pytest.mark.parametrize("kind", ["kept", "ephemeral"])
def test_a_server_starts_without_what_it_may_never_need(kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(kind)], capture_output=True, text=True, check=True
    )
    imported = done.stdout.split()
    assert "watchword.policy.evaluation.engine" in imported
    assert [name for name in imported if name.startswith(LEFT_OUT)] == []
