"""The house keeps its floors: a module imports only from floors below, siblings don't import each other.

The order here is the one of docs/architecture.md. Inside a room modules may import each other, unless it has
wings: then the same rule holds for these. What stands beside the floors imports the two lowest.
"""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "watchword"

FLOORS = [
    {"names"},
    {"machines", "policy", "sigv4", "wire", "proofs"},
    {"store", "transport"},
    {"expressions", "functions", "identity", "objects", "organizations"},
    {"sessions"},
    {"installation", "issuer_keys", "reference", "yaml_files"},
    {"facts", "policy_tests"},
    {"world"},
    {"access"},
    {"services"},
    {"gateway"},
    {"app", "proposals", "seeds", "testing", "transfer", "workers"},
    {"serving"},
    {"cli"},
    {"__main__"},
]
LEVEL = {room: level for level, floor in enumerate(FLOORS) for room in floor}
ENGINES = FLOORS[0] | FLOORS[1]
NOUNS_OF_SERVICES = {place.parent.name for place in SOURCE.glob("store/*/__init__.py")} - {"migrations"}
SERVICES = {place.parent.name for place in SOURCE.glob("services/*/__init__.py")}
WINGS: dict[str, list[set[str]]] = {
    "policy": [{"language"}, {"evaluation"}, {"buckets", "checking"}, {"lines"}, {"__init__"}],
    "store": [NOUNS_OF_SERVICES, {"schema"}, {"migrate"}, {"database"}, {"__init__"}],
    "facts": [
        {
            "buckets",
            "credentials",
            "entities",
            "functions",
            "grants",
            "machines",
            "organizations",
            "pools",
            "providers",
        },
        {"facts"},
        {"__init__"},
    ],
    "access": [{"schemes"}, {"authenticate"}, {"__init__"}],
    "services": [SERVICES - {"s3control"}, {"s3control"}, {"table"}, {"what_if"}],
    "gateway": [
        {"control", "dispatch"},
        {"console", "journey", "runner", "token_exchange"},
        {"cross_origin", "issuers", "playground", "scim"},
        {"browser_door", "scim_door", "websites"},
        {"doors", "event_queue", "jobs"},
        {"batch"},
        {"application"},
        {"__init__"},
    ],
}
"""Wings of a room, from the ground up. What isn't in a wing is below all of them."""
BESIDE = {"client", "delivery"}
"""What runs on other machines: it imports the engines and the transport, and only a command imports it."""
ENGINES_MAY_IMPORT = {
    "watchword",
    "argon2",
    "cryptography",
    "joserfc",
    "jsonpath",
    "lxml",
    "msgspec",
    "signxml",
} | set(
    """
    base64 binascii bisect codecs collections contextlib dataclasses datetime decimal difflib email.utils enum
    functools hashlib hmac ipaddress itertools json math operator re sys types typing unicodedata
    urllib.parse weakref xml.parsers zlib
    """.split()  # noqa: SIM905 a table of names
)
"""None of these reads a file, a socket or the clock, but for the calls below."""
MAY_OPEN_A_FILE = SOURCE / "names" / "http.py"
"""A large body lies in a file, which the gateway has made."""
PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"
MOST_LINES = 300
MOST_FUNCTION_LINES = 40

FILES = sorted(SOURCE.rglob("*.py"))


def room(file: Path) -> str:
    first = file.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def imports(file: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            module = node.module or ""
            names = [f"{module}.{alias.name}" for alias in node.names]
            found += names if all(map(is_module, names)) else [module, *names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += re.findall(r"^watchword(?:\.\w+)+$", node.value)  # imported by its name
    return found


def modules_used(file: Path) -> set[str]:
    """Dotted, below `watchword`."""
    return {
        name.removeprefix("watchword.")
        for name in imports(file)
        if name.startswith("watchword.") and is_module(name)
    }


def is_module(name: str) -> bool:
    place = SOURCE.parent.joinpath(*name.split("."))
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


def rooms_used(file: Path) -> set[str]:
    return {name.split(".")[0] for name in modules_used(file)}


def wing(name: str) -> tuple[str, int] | None:
    """The wing of a module (dotted, below `watchword`) and its level; None for a room without wings."""
    room, _, rest = f"{name}.__init__".partition(".")
    if room not in WINGS:
        return None
    here = rest.split(".")[0]
    found = [level for level, wings in enumerate(WINGS[room], start=1) if here in wings]
    return (here, found[0]) if found else ("", 0)


def test_every_room_has_a_floor() -> None:
    rooms = {room(file) for file in FILES} - {"__init__"}
    assert rooms == LEVEL.keys() | BESIDE


def test_the_page_says_what_every_room_is() -> None:
    told = set(re.findall(r"`(\w+)`|\*\*(\w+)\*\*", PAGE.read_text()))
    assert LEVEL.keys() | BESIDE <= {"__main__"}.union(*told)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_imports_go_down(file: Path) -> None:
    here = room(file)
    if here == "__init__":
        assert not rooms_used(file)
        return
    for other in rooms_used(file) - {here}:
        if here in BESIDE:
            assert other in ENGINES | {"transport"}, f"{here} may not import {other}"
            continue
        if other in BESIDE:
            assert (here, other) == ("cli", "delivery"), f"{here} may not import {other}"
            continue
        assert LEVEL[other] < LEVEL[here], f"{here} may not import {other}"


def test_every_wing_is_there() -> None:
    there = {tuple(file.relative_to(SOURCE).with_suffix("").parts[:2]) for file in FILES}
    assert {(room, each) for room, wings in WINGS.items() for each in set().union(*wings)} <= there


@pytest.mark.parametrize(
    "file",
    [f for f in FILES if room(f) in WINGS and f.name != "env.py"],  # Alembic runs that file by its path
    ids=lambda file: str(file.relative_to(SOURCE)),
)
def test_imports_go_down_inside_a_room(file: Path) -> None:
    here = wing(".".join(file.relative_to(SOURCE).with_suffix("").parts))
    assert here is not None
    for name in modules_used(file):
        other = wing(name) if name.split(".")[0] == room(file) else None
        if other is not None and other[0] != here[0]:
            assert other[1] < here[1], f"{here[0]} may not import {name}"


@pytest.mark.parametrize(
    "file", [f for f in FILES if room(f) in ENGINES], ids=lambda file: str(file.relative_to(SOURCE))
)
def test_engines_are_pure(file: Path) -> None:
    allowed = ENGINES_MAY_IMPORT | ({"pathlib"} if file == MAY_OPEN_A_FILE else set())
    for name in imports(file):
        assert any(f"{name}.".startswith(f"{each}.") for each in allowed), f"{name} in an engine"
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Call(func=ast.Name(id="open" | "print" | "input" as called)):
                pytest.fail(f"{called} is I/O")
            case ast.Call(func=ast.Attribute(attr="now" | "today" | "utcnow" as called)):
                pytest.fail(f"{called} reads the clock")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_modules_and_functions_stay_small(file: Path) -> None:
    if "versions" in file.parts:  # a migration is one long list
        return
    text = file.read_text()
    assert len(text.splitlines()) <= MOST_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert lines <= MOST_FUNCTION_LINES, f"{node.name} has {lines} lines"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_every_module_states_its_rules(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text()))
