"""Every dependency has its reason in docs/dependencies.md, and every package that is installed is pinned."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
GROUPS = {
    "To run": PROJECT["dependencies"],
    "For the tour": PROJECT["optional-dependencies"]["tour"],
    "To test": PROJECT["optional-dependencies"]["test"],
    "To sign": PROJECT["optional-dependencies"]["client"],
    "To fuzz": PROJECT["optional-dependencies"]["fuzz"],
    "To measure": PROJECT["optional-dependencies"]["bench"],
}
PINS = {
    canonicalize_name(name): version
    for name, _, version in (line.partition("==") for line in (ROOT / "constraints.txt").read_text().split())
}


@pytest.mark.parametrize("heading", GROUPS)
def test_every_dependency_has_a_reason_and_nothing_else_has(heading: str) -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text()
    section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\S+) \| (.+) \|$", section, re.MULTILINE)
    assert [name for name, _ in rows if name not in ("package", "---")] == sorted(GROUPS[heading])


def test_the_headings_are_all_the_groups() -> None:
    assert PROJECT["optional-dependencies"].keys() == {"tour", "test", "client", "fuzz", "bench"}


def test_whatever_is_installed_is_pinned() -> None:
    unpinned = {f"{name} {version}" for name, version in _installed().items() if PINS.get(name) != version}
    assert unpinned == set()


def _installed() -> dict[str, str]:
    """Every distribution that `.[tour,test]` needs, and what these need in turn."""
    found: dict[str, str] = {}
    left = [
        Requirement(text) for heading in ("To run", "For the tour", "To test") for text in GROUPS[heading]
    ]
    seen: set[str] = set()
    while left:
        needed = left.pop()
        if str(needed) in seen or not _applies(needed):
            continue
        seen.add(str(needed))
        try:
            one = distribution(needed.name)
        except PackageNotFoundError:
            pytest.fail(f"{needed} is not installed")
        found[canonicalize_name(needed.name)] = one.version
        for text in one.requires or ():
            inner = Requirement(text)
            if any(_applies(inner, extra) for extra in ("", *needed.extras)):
                inner.marker = None
                left.append(inner)
    return found


def _applies(needed: Requirement, extra: str = "") -> bool:
    return needed.marker is None or needed.marker.evaluate({"extra": extra})
