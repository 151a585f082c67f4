"""Prints a table: how many variants of each operation were sent, and what was wrong. `make conformance`."""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.conformance.run import every, try_it, ways
from tests.conformance.stage import rows, stage

COLUMNS = (
    *("minimal", "full", "one more", "at min", "at max", "odd"),
    *("required", "min", "max", "pattern", "enum", "two at once", "malformed"),
    *("missing", "other account", "foreign ARN", "powerless", "unknown member"),
)


def main() -> int:
    """The number of operations whose answers aren't all right."""
    began, total, wrong = time.monotonic(), Counter[str](), []
    wanted = sys.argv[1:]
    print(f"{'operation':50}" + "".join(f"{column:>9.8}" for column in (*COLUMNS, "all", "wrong")))
    with (
        tempfile.TemporaryDirectory(prefix="watchword-conformance-") as folder,
        stage(Path(folder)) as played,
    ):
        for (service, name), row in rows().items():
            if wanted and name not in wanted:
                continue
            sent, found = Counter[str](), []
            for variant in every(service, name, row, played):
                for way in ways(service, name, variant):
                    sent[variant.what] += 1
                    found.append(try_it(played, service, name, row, variant, way))
            found = [each for each in found if each]
            shown = (*(sent[column] for column in COLUMNS), sent.total(), len(found))
            print(f"{f'{service}:{name}':50}" + "".join(f"{number or '':>9}" for number in shown), flush=True)
            total.update(sent)
            wrong += found
    for line in wrong:
        print(line)
    seconds = time.monotonic() - began
    print(f"{total.total()} variants in {seconds:.0f} s; {len(wrong)} answers are not as AWS's")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
