"""The trust policy of docs/roles-anywhere.md works as the page says."""

import re
from pathlib import Path

from tests.services.rolesanywhere.authority import Authority
from tests.services.rolesanywhere.conftest import Site

PAGE = Path(__file__).parents[3] / "docs" / "roles-anywhere.md"


def test_the_trust_policy_of_the_page(site: Site, authority: Authority) -> None:
    (policy,) = re.findall(r"^```json\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    policy = re.sub(r"arn:aws:rolesanywhere:[^\"]+", site.anchor, policy)
    site.client("iam").update_assume_role_policy(RoleName="web", PolicyDocument=policy)
    site.issue(authority.issue("web-1"))
    assert site.refusal(authority.issue("web-2")) == (403, f"Unable to assume role for {site.role}")
