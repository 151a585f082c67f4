"""How CloudTrail's operation is called: what a row is stands in tests/services/rows.py."""

from tests.services.rows import Row, Step

SCENE: list[Step] = []
OF_ONE_NAME = [{"AttributeKey": "EventName", "AttributeValue": "CreateRole"}]
"""Every lookup is an event too, so those of all names grow while they are paged."""
ROWS = {"LookupEvents": Row({"LookupAttributes": OF_ONE_NAME}, pages=1)}
OTHERS: dict[str, str] = {}
