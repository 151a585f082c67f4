"""The `watchword` command, which `python -m watchword` runs too. ^C ends it in one line at any moment.

While a command runs, `watchword.cli` sees to that. Here it is for the moments before: reading modules takes
longer than many commands run.
"""

import signal
import sys

INTERRUPTED = 128 + signal.SIGINT
"""What a shell shows for a command that ^C ended."""


def main() -> None:
    """Runs the command that the arguments name."""
    try:
        from watchword.cli import main as run  # noqa: PLC0415 see the head of this file

        run()
    except KeyboardInterrupt:
        sys.stderr.write("watchword: interrupted\n")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
