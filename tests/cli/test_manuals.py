"""The manuals of lines name every member of them."""

from pathlib import Path

import msgspec
import pytest

from watchword.policy.lines import check, decide

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("page", "shape"),
    [
        ("decide.md", decide.Asked),
        ("decide.md", decide.Question),
        ("decide.md", decide.Caller),
        ("decide.md", decide.Organization),
        ("decide.md", decide.Documents),
        ("check.md", check.Offered),
    ],
)
def test_every_member_is_told(page: str, shape: type[msgspec.Struct]) -> None:
    text = (DOCS / page).read_text()
    members = {field.encode_name for field in msgspec.structs.fields(shape)}
    assert {member for member in members if f"`{member}`" not in text} == set()
