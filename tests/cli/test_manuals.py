"""The manuals of lines name every member of them."""

from pathlib import Path

import msgspec
import pytest

from watchword.policy import check_lines, decide_lines

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("page", "shape"),
    [
        ("decide.md", decide_lines.Asked),
        ("decide.md", decide_lines.Question),
        ("decide.md", decide_lines.Caller),
        ("decide.md", decide_lines.Organization),
        ("decide.md", decide_lines.Documents),
        ("check.md", check_lines.Offered),
    ],
)
def test_every_member_is_told(page: str, shape: type[msgspec.Struct]) -> None:
    text = (DOCS / page).read_text()
    members = {field.encode_name for field in msgspec.structs.fields(shape)}
    assert {member for member in members if f"`{member}`" not in text} == set()
