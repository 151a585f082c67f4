"""What a server imports of the policy room: what decides, and what may be stored; neither lint nor lines."""

import subprocess
import sys

PROGRAM = """
import sys
import watchword.serving
print(*(name for name in sys.modules if name.startswith("watchword.policy.") or "reference.actions" in name))
"""
LEFT_OUT = ("watchword.policy.checking.lint", "watchword.policy.checking.catalogue", "watchword.policy.lines")


def test_a_server_starts_without_lint_and_catalogue() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    imported = done.stdout.split()
    assert "watchword.policy.evaluation.engine" in imported
    assert [name for name in imported if name.startswith(LEFT_OUT) or "reference" in name] == []
