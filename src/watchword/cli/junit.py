"""Results of policy tests as JUnit XML, which CI systems show.

Source: the schema that Jenkins and the others read, "junit-10.xsd": a suite for each file, a case for each
test, a failure with the lines that say why.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from watchword.names.printable import printable, printable_lines
from watchword.policy_tests import Case

HEAD = '<?xml version="1.0" encoding="utf-8"?>'


def junit(results: Sequence[tuple[Case, Sequence[str]]]) -> str:
    """The XML of cases, each with the lines of its failure, in the order of their files."""
    root = Element("testsuites", {"name": "watchword test", **_counts(results)})
    for file, of_file in groupby(results, key=lambda result: str(result[0].file)):
        cases = list(of_file)
        suite = SubElement(root, "testsuite", {"name": printable(file), **_counts(cases)})
        for case, failures in cases:
            given = {"name": case.name, "classname": file, "file": file, "line": str(case.line)}
            test = SubElement(suite, "testcase", {name: printable(value) for name, value in given.items()})
            if failures:
                said = SubElement(test, "failure", {"message": printable(failures[0])})
                said.text = printable_lines("\n".join(failures))
    indent(root)
    return f"{HEAD}\n{tostring(root, encoding='unicode')}"


def _counts(results: Sequence[tuple[Case, Sequence[str]]]) -> Mapping[str, str]:
    failed = sum(1 for _, failures in results if failures)
    return {"tests": str(len(results)), "failures": str(failed), "errors": "0"}
