"""A profile in the configuration file of the SDKs and the aws CLI.

Only the settings of the profile are touched; everything else stays as it is, comments included.
Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
"""

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

NAME = re.compile(r"[A-Za-z0-9_.@/+-]{1,64}", re.ASCII)
OTHER_CREDENTIALS = (
    "aws_access_key_id",
    "role_arn",
    "source_profile",
    "credential_source",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
    "login_session",
)
"""Settings by which a profile gets credentials in another way."""
_SECTION = re.compile(r"\[(.*)\]")
_SETTING = re.compile(r"([A-Za-z0-9_]+)\s*[=:]\s*(.*)")


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of a profile: where they begin and end, and its settings with their lines."""

    start: int
    end: int
    settings: Mapping[str, tuple[int, str]]


def config_file() -> Path:
    """The file that SDKs read."""
    return Path(os.environ.get("AWS_CONFIG_FILE", "~/.aws/config")).expanduser()


def credentials_file() -> Path:
    """The file of static keys, which SDKs ask before a profile's credential_process."""
    return Path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")).expanduser()


def read(file: Path) -> str:
    """The text; empty for a file that isn't there yet."""
    try:
        return file.read_text()
    except FileNotFoundError:
        return ""


def find(text: str, *heads: str) -> Section | None:
    """The section of one of these headings."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if _SECTION.match(line.strip())]
    for start, end in pairwise([*starts, len(lines)]):
        if _heading(lines[start]) in heads:
            found = ((number, _SETTING.match(lines[number])) for number in range(start + 1, end))
            settings = {match[1].lower(): (number, match[2].strip()) for number, match in found if match}
            return Section(start, end, settings)
    return None


def headings(profile: str) -> tuple[str, ...]:
    """What a profile's section is called in the configuration file."""
    return ("default", "profile default") if profile == "default" else (f"profile {profile}",)


def changed(text: str, profile: str, settings: Mapping[str, str]) -> str:
    """The text with these settings in the profile."""
    lines, section = text.splitlines(), find(text, *headings(profile))
    if section is None:
        gap = [""] if lines and lines[-1].strip() else []
        new = [f"[{headings(profile)[0]}]", *(f"{name} = {value}" for name, value in settings.items())]
        return "\n".join([*lines, *gap, *new, ""])
    end = section.end
    while not lines[end - 1].strip():
        end -= 1
    missing = [f"{name} = {value}" for name, value in settings.items() if name not in section.settings]
    lines[end:end] = missing
    for name, value in settings.items():
        number, had = section.settings.get(name, (0, value))
        if had != value:
            lines[number] = f"{name} = {value}"
    return "\n".join([*lines, ""])


def write(file: Path, text: str) -> None:
    """Replaces the file whole. Where it is a link, the file that it leads to."""
    file = file.resolve()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as target:
            target.write(text)
        if file.exists():
            Path(name).chmod(file.stat().st_mode & 0o777)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _heading(line: str) -> str:
    """Without quotes, and with one space between the words."""
    found = _SECTION.match(line.strip())
    return " ".join(found[1].replace('"', "").replace("'", "").split()) if found else ""
