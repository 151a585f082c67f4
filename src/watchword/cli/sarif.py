"""Findings as SARIF, the format that code scanners read.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", sections 3.4
(artifactLocation: a URI), 3.14 (run), 3.19 (toolComponent), 3.27 (result), 3.30 (region), 3.49
(reportingDescriptor). A rule's help is AWS's own description of the check.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from watchword import __version__
from watchword.policy.checking.findings import CHECKS, Level

Finding = Mapping[str, Any]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HELP = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"
LEVELS = {
    Level.ERROR: "error",
    Level.SECURITY_WARNING: "error",
    Level.WARNING: "warning",
    Level.SUGGESTION: "note",
}


def sarif(found: Mapping[str, Sequence[Finding]]) -> dict[str, Any]:
    """One run over files, with a rule for each check that has findings."""
    rules = {each["code"]: each for findings in found.values() for each in findings}
    driver = {
        "name": "watchword check",
        "version": __version__,
        "rules": [_rule(code, each) for code, each in rules.items()],
    }
    results = [_result(file, each, list(rules)) for file, findings in found.items() for each in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, finding: Finding) -> dict[str, Any]:
    level = Level(finding["level"])
    rule = {
        "id": code,
        "shortDescription": {"text": finding["check"]},
        "defaultConfiguration": {"level": LEVELS[level]},
    }
    if finding["check"] in CHECKS:
        word = "general-warning" if level is Level.WARNING else level.value
        anchor = f"access-analyzer-reference-policy-checks-{word}-{code.lower().replace('_', '-')}"
        rule["helpUri"] = f"{HELP}#{anchor}"
    return rule


def _result(file: str, finding: Finding, rules: list[str]) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
    if "line" in finding:
        place["region"] = {"startLine": finding["line"], "startColumn": finding["column"]}
    return {
        "ruleId": finding["code"],
        "ruleIndex": rules.index(finding["code"]),
        "level": LEVELS[Level(finding["level"])],
        "message": {"text": finding["details"]},
        "locations": [{"physicalLocation": place}],
    }


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
