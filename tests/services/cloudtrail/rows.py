"""How CloudTrail's operation is called: what a row is stands in tests/services/rows.py."""

from tests.services.rows import Row, Step

SCENE: list[Step] = []
ROWS = {"LookupEvents": Row(pages=1)}
OTHERS: dict[str, str] = {}
