"""Runs the targets under atheris, as many at once as there are processors, each in a process of its own.

    python -m fuzz [--seconds 60] [--runs N] [TARGET ...]

What a target has learned is kept in `fuzz/corpus/`, an input that it fails for in `fuzz/crashes/`; neither is
part of the repository. To take longer than 5 seconds is to fail. Exit code 1 when a target failed.
"""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from importlib import import_module
from pathlib import Path

from fuzz import TARGETS

HERE = Path(__file__).parent
LIMITS = ("-timeout=5", "-rss_limit_mb=2048", "-max_len=65536", "-print_final_stats=1")


def fuzz(name: str, seconds: int, runs: int) -> None:
    """Fuzzes one target in this process and ends it."""
    import atheris  # noqa: PLC0415 installed for this alone

    with atheris.instrument_imports(include=["watchword"]):
        target = import_module(f"fuzz.{name}")
    corpus, crashes = HERE / "corpus" / name, HERE / "crashes" / name
    for folder in (corpus, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (corpus / sha256(seed).hexdigest()[:16]).write_bytes(seed)
    bounds = (f"-max_total_time={seconds}", f"-runs={runs}", f"-artifact_prefix={crashes}/")
    atheris.Setup([name, str(corpus), *LIMITS, *bounds], target.check)
    atheris.Fuzz()


def run(name: str, seconds: int, runs: int) -> bool:
    """Fuzzes one target in a process of its own; whether it went well."""
    options = ["--seconds", str(seconds), "--runs", str(runs), "--alone", name]
    done = subprocess.run(
        [sys.executable, "-m", "fuzz", *options],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    lines = done.stderr.splitlines()
    told = [line.rpartition(":")[2].strip() for line in lines if "number_of_executed_units" in line]
    covered = next((line for line in reversed(lines) if "cov:" in line), "")
    print(f"{name}: {' '.join(told) or 'no'} runs; {covered.partition(' ')[2].strip()}", flush=True)
    if done.returncode:
        trouble = [line for line in lines if not line.startswith(("#", "INFO:", "WARNING:"))]
        print(f"exit code {done.returncode}", *done.stdout.splitlines(), *trouble, sep="\n", flush=True)
    return done.returncode == 0


def main() -> int:
    """Runs the targets that are named, or all."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    options.add_argument("--seconds", type=int, default=60, help="for each target")
    options.add_argument("--runs", type=int, default=-1, help="of each target at most")
    options.add_argument("--alone", action="store_true", help="in this process, with all that atheris says")
    chosen = options.parse_args()
    names = chosen.targets or TARGETS
    if unknown := sorted(set(names) - set(TARGETS)):
        options.error(f"no target {unknown[0]}")
    if chosen.alone:
        fuzz(names[0], chosen.seconds, chosen.runs)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        well = list(pool.map(partial(run, seconds=chosen.seconds, runs=chosen.runs), names))
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
