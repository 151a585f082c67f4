"""Where the server of a data directory listens, kept for the commands that tell it to others.

Each start writes it. Of several servers on one data directory it is the one that started last.
"""

from contextlib import suppress

from watchword.installation.settings import DEFAULT_HOST, DEFAULT_PORT, Settings

_FILE = "endpoint"
_LONGEST = 1024


def keep_endpoint(settings: Settings, endpoint: str) -> None:
    """Writes it down if that can be done."""
    with suppress(OSError):
        (settings.data / _FILE).write_text(f"{endpoint}\n")


def kept_endpoint(settings: Settings) -> str:
    """What the last server wrote, or the endpoint of a server without options."""
    with suppress(OSError, ValueError):
        found = (settings.data / _FILE).read_text()[:_LONGEST].strip()
        if found.startswith(("http://", "https://")):
            return found
    return f"http://{DEFAULT_HOST}:{DEFAULT_PORT}"
