"""Files of policy tests: YAML -> cases.

Every scalar is text, as in a policy: a Version is no date, and a Boolean is "true". What isn't understood is
refused with its line, a member given twice included, so that no test passes because of a typo.
"""

from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from watchword.names import AwsError
from watchword.policy_tests.case import Case
from watchword.policy_tests.prepared import Given, When, policies, requests

SUFFIXES = (".policy-tests.yaml", ".policy-tests.yml")


class Unreadable(Exception):  # noqa: N818 its message is the line that a person reads
    """A file that holds no policy tests; the message is one line."""


class Written(msgspec.Struct, forbid_unknown_fields=True):
    """A test as it is written; `given` and `when` complete those of the file."""

    name: str
    then: Literal["allow", "deny", "implicitDeny", "explicitDeny"]
    given: dict[str, Any] = {}
    when: dict[str, Any] = {}
    because: list[str] | str = []


class File(msgspec.Struct, forbid_unknown_fields=True):
    """A file of tests."""

    tests: list[Written]
    given: dict[str, Any] = {}
    when: dict[str, Any] = {}


def find(path: Path) -> list[Path]:
    """The file itself, or every file of tests below a directory."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.name.endswith(SUFFIXES))


def read(path: Path) -> list[Case]:
    """The tests of a file. Raises Unreadable."""
    try:
        loader = yaml.BaseLoader(path.read_bytes())
        node = loader.get_single_node()
        _refuse_twice(node)
        file = msgspec.convert(loader.construct_document(node) if node else {}, File, strict=False)
        return [_case(path, line, file, test) for line, test in zip(_lines(node), file.tests, strict=True)]
    except OSError as error:
        raise Unreadable(f"{error.filename or path}: {error.strerror}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Unreadable(f"{path}:{line}: {error.problem or error.context}") from None
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise Unreadable(f"{path}: {' '.join(str(error).split())}") from None


def _refuse_twice(root: Any) -> None:  # noqa: ANN401 a node of any kind
    """Refuses a key that comes twice; of two, YAML's own reader takes the last."""
    nodes, seen = [root], set()
    while nodes:
        node = nodes.pop()
        if id(node) in seen or not isinstance(node, yaml.CollectionNode):
            continue
        seen.add(id(node))
        if not isinstance(node, yaml.MappingNode):
            nodes += node.value
            continue
        keys = set()
        for key, value in node.value:
            if str(key.value) in keys:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} is given twice", key.start_mark
                )
            keys.add(str(key.value))
            nodes.append(value)


def _lines(node: Any) -> list[int]:  # noqa: ANN401 a node of any kind
    """Where each test begins."""
    entries = node.value if node else []
    return [
        test.start_mark.line + 1 for key, value in entries if key.value == "tests" for test in value.value
    ]


def _case(path: Path, line: int, file: File, test: Written) -> Case:
    because = (test.because,) if isinstance(test.because, str) else tuple(test.because)
    try:
        given = msgspec.convert(file.given | test.given, Given, strict=False)
        when = msgspec.convert(file.when | test.when, When, strict=False)
        found, asked = policies(given, path.parent), requests(when)
    except (AwsError, ValueError) as error:
        why = error.meant if isinstance(error, AwsError) else error
        raise Unreadable(f"{path}:{line}: {test.name}: {why}") from None
    return Case(path, line, test.name, asked, found, test.then, because)
