"""What is kept of a service's model."""

import json
from typing import Any

from watchword.wire.model import Model
from watchword.wire.services import SERVICES

TEXT = "<p>For people.</p>"
MEMBERS = {"documentation": {"shape": "Text", "documentation": TEXT}, "Name": {"shape": "Text"}}
SHAPES = {
    "Asked": {"type": "structure", "members": MEMBERS, "required": ["documentation"], "documentation": TEXT},
    "Text": {"type": "string", "documentation": TEXT},
}
OPERATION = {"name": "Ask", "http": {}, "input": {"shape": "Asked"}, "documentation": TEXT}


def test_texts_for_people_are_left_out_and_members_of_that_name_stay() -> None:
    source: dict[str, Any] = {"metadata": {}, "operations": {"Ask": OPERATION}, "shapes": SHAPES}
    model = Model(SERVICES["sts"], json.dumps(source).encode())
    asked = model.spec("Ask").input
    assert asked is not None
    assert list(asked.members) == ["documentation", "Name"]
    assert asked.members["documentation"].type == "string"
    kept = {name: dict(part) for name, part in vars(model).items() if name in {"_operations", "_shapes"}}
    assert len(kept) == 2
    assert TEXT not in str(kept)
