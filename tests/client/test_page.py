"""docs/signing.md, run from its top to its end."""

import re
from pathlib import Path

from watchword.client import Credentials
from watchword.testing import Server

PAGE = Path(__file__).parents[2] / "docs" / "signing.md"


def test_the_page_runs(server: Server) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    given = {"endpoint": server.endpoint, "credentials": Credentials(server.access_key_id, server.secret)}
    exec("\n".join(blocks), given)
