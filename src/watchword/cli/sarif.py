"""Findings as SARIF, the form that code scanners read.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", sections 3.14 (run), 3.19
(toolComponent), 3.27 (result), 3.30 (region).
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from watchword import __version__
from watchword.policy.findings import Level

Finding = Mapping[str, Any]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {
    Level.ERROR: "error",
    Level.SECURITY_WARNING: "error",
    Level.WARNING: "warning",
    Level.SUGGESTION: "note",
}


def sarif(found: Mapping[str, Sequence[Finding]]) -> dict[str, Any]:
    """One run over files, with a rule for each check that found something."""
    rules = {each["code"]: each for findings in found.values() for each in findings}
    driver = {
        "name": "watchword check",
        "version": __version__,
        "rules": [
            {
                "id": code,
                "shortDescription": {"text": each["check"]},
                "defaultConfiguration": {"level": LEVELS[Level(each["level"])]},
            }
            for code, each in rules.items()
        ],
    }
    results = [_result(file, each, list(rules)) for file, findings in found.items() for each in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(file: str, finding: Finding, rules: list[str]) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": PurePath(file).as_posix()}}
    if "line" in finding:
        place["region"] = {"startLine": finding["line"], "startColumn": finding["column"]}
    return {
        "ruleId": finding["code"],
        "ruleIndex": rules.index(finding["code"]),
        "level": LEVELS[Level(finding["level"])],
        "message": {"text": finding["details"]},
        "locations": [{"physicalLocation": place}],
    }
