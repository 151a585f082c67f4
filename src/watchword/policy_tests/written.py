"""Files of policy tests: YAML -> cases.

Every scalar is text, as in a policy (`yaml_files`). What isn't understood is refused with its line, a member
given twice included, so that no test passes because of a typo.
"""

from pathlib import Path
from typing import Any, Literal

import msgspec

from watchword.names import AwsError
from watchword.names.members import Place, Unfit, fit, refuse_unknown
from watchword.policy_tests.case import Case
from watchword.policy_tests.prepared import Given, When, policies, requests
from watchword.yaml_files import Document, Malformed

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
        document = Document(path.read_bytes())
        file = fit(document.value, File, strict=False)
        _refuse_unknown(file.given, file.when, ())
        for index, test in enumerate(file.tests):
            _refuse_unknown(test.given, test.when, ("tests", index))
    except OSError as error:
        raise Unreadable(f"{error.filename or path}: {error.strerror}") from None
    except Malformed as error:
        raise Unreadable(f"{path}:{error.line}: {error}" if error.line else f"{path}: {error}") from None
    except Unfit as error:
        raise Unreadable(f"{path}:{document.line(error.place)}: {error}") from None
    return [_case(path, document.line(("tests", index)), file, test) for index, test in enumerate(file.tests)]


def _refuse_unknown(given: Any, when: Any, within: Place) -> None:  # noqa: ANN401 what YAML holds
    refuse_unknown(given, Given, (*within, "given"))
    refuse_unknown(when, When, (*within, "when"))


def _case(path: Path, line: int, file: File, test: Written) -> Case:
    because = (test.because,) if isinstance(test.because, str) else tuple(test.because)
    try:
        given = fit(file.given | test.given, Given, strict=False)
        when = fit(file.when | test.when, When, strict=False)
        found, asked = policies(given, path.parent), requests(when)
    except OSError as error:
        raise Unreadable(f"{error.filename or path}: {error.strerror}") from None
    except (AwsError, ValueError) as error:
        why = error.meant if isinstance(error, AwsError) else error
        raise Unreadable(f"{path}:{line}: {test.name}: {why}") from None
    return Case(path, line, test.name, asked, found, test.then, because)
