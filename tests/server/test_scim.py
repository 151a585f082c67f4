"""SCIM 2.0 as an identity provider uses it: over HTTP, with a token that the administrator made."""

import contextlib
import http.client
import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.server.test_audit import events
from tests.services.sso_admin.harness import Center

from watchword.testing import Server

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
YEAR = 365 * 86400


class Answer(NamedTuple):
    status: int
    body: Any
    headers: Any


class Provider:
    """An identity provider with a token."""

    def __init__(self, data: Path, center: Center) -> None:
        self.data, self.center = data, center
        self.made = self.run("create", "--endpoint-url", center.server.endpoint)

    def run(self, *arguments: str) -> Any:
        """What `watchword scim` prints."""
        command = [sys.executable, "-m", "watchword", "scim", *arguments, "--data", str(self.data)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            return ran.stderr
        lines = ran.stdout.splitlines()
        return json.loads(lines[-1]) if lines else None

    def __call__(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, url: str = ""
    ) -> Answer:
        headers = {"content-type": "application/scim+json"}
        if token is None or token:
            headers["authorization"] = f"Bearer {token or self.made['Token']}"
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request((url or self.made["Url"]) + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answered:
                text = answered.read()
                return Answer(answered.status, json.loads(text) if text else None, answered.headers)
        except urllib.error.HTTPError as refused:
            text = refused.read()
            return Answer(refused.code, json.loads(text) if text else None, refused.headers)

    def user(self, name: str, **more: Any) -> Any:
        answer = self("POST", "/Users", person(name) | more)
        assert answer.status == 201, answer.body
        return answer.body


def person(name: str) -> dict[str, Any]:
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "displayName": name,
        "name": {"givenName": name, "familyName": "Example", "middleName": ""},
        "emails": [{"value": f"{name}@example.com", "type": "work", "primary": True}],
        "active": True,
        "externalId": f"ext-{name}",
        "password": "never kept",
        "groups": [],
    }


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
    return {"schemas": schemas, "Operations": list(operations)}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    place = tmp_path_factory.mktemp("scim")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TMPDIR", str(place))
        server = Server.start()
    with server:
        yield Provider(next(place.glob("watchword-*")), Center(server))


def test_a_person_comes_changes_and_goes(provider: Provider) -> None:
    ann = provider.user("ann", **{ENTERPRISE: {"department": "R&D"}})
    assert ann["meta"]["location"] == f"{provider.made['Url']}/Users/{ann['id']}"
    assert "password" not in ann
    there = provider.center.people.describe_user(IdentityStoreId=provider.center.directory, UserId=ann["id"])
    assert (there["UserName"], there["UserStatus"]) == ("ann", "ENABLED")
    assert there["Emails"] == [{"Value": "ann@example.com", "Type": "work", "Primary": True}]
    assert there["ExternalIds"] == [{"Issuer": f"scim:{provider.center.directory}", "Id": "ext-ann"}]
    for asked in ('userName eq "ANN"', 'externalId eq "ext-ann"', f'id eq "{ann["id"]}"'):
        found = provider("GET", f"/Users?filter={urllib.parse.quote(asked)}").body
        assert [each["id"] for each in found["Resources"]] == [ann["id"]], asked
    changed = provider(
        "PATCH",
        f"/Users/{ann['id']}",
        patch(
            {"op": "Replace", "path": "active", "value": "False"},
            {"op": "Add", "path": "title", "value": "Chief"},
        ),
    ).body
    assert (changed["active"], changed["title"], changed[ENTERPRISE]) == (
        False,
        "Chief",
        {"department": "R&D"},
    )
    there = provider.center.people.describe_user(IdentityStoreId=provider.center.directory, UserId=ann["id"])
    assert there["UserStatus"] == "DISABLED"
    silent = {name: value for name, value in person("anna").items() if name != "active"}
    assert provider("PUT", f"/Users/{ann['id']}", silent).body["active"] is False
    put = provider("PUT", f"/Users/{ann['id']}", person("anna")).body
    assert (put["userName"], put["active"]) == ("anna", True)
    assert "title" not in put
    assert provider("DELETE", f"/Users/{ann['id']}").status == 204
    gone = provider("GET", f"/Users/{ann['id']}")
    assert (gone.status, gone.body["status"]) == (404, "404")


def test_groups_and_their_members(provider: Provider) -> None:
    bob, cid = (provider.user(name)["id"] for name in ("bob", "cid"))
    made = provider("POST", "/Groups", {"displayName": "ops", "members": [{"value": bob}]})
    group = f"/Groups/{made.body['id']}"

    def members() -> set[str]:
        return {each["value"] for each in provider("GET", group).body["members"]}

    assert members() == {bob}
    added = provider("PATCH", group, patch({"op": "add", "path": "members", "value": [{"value": cid}]}))
    assert (added.status, members()) == (204, {bob, cid})
    provider("PATCH", group, patch({"op": "remove", "path": f'members[value eq "{bob}"]'}))
    assert members() == {cid}
    for user, total in ((bob, 0), (cid, 1)):
        asked = urllib.parse.quote(f'id eq "{made.body["id"]}" and members eq "{user}"')
        assert provider("GET", f"/Groups?filter={asked}").body["totalResults"] == total
    nobody = patch({"op": "add", "path": "members", "value": [{"value": "nobody"}]})
    assert provider("PATCH", group, nobody).status == 400
    provider("PUT", group, {"displayName": "operators", "members": []})
    assert members() == set()
    listed = provider("GET", '/Groups?filter=displayName%20eq%20"operators"').body
    assert [each["displayName"] for each in listed["Resources"]] == ["operators"]
    assert "members" not in listed["Resources"][0]
    assert provider("DELETE", group).status == 204


def test_pages(provider: Provider) -> None:
    for number in range(3):
        provider.user(f"page-{number}")
    total = provider("GET", "/Users?count=0").body["totalResults"]
    found = []
    for start in range(1, total + 1, 2):
        page = provider("GET", f"/Users?startIndex={start}&count=2").body
        assert (page["startIndex"], page["totalResults"]) == (start, total)
        found += [each["id"] for each in page["Resources"]]
    assert len(set(found)) == len(found) == total


def test_what_it_can_do_is_told(provider: Provider) -> None:
    config = provider("GET", "/ServiceProviderConfig").body
    assert (config["patch"]["supported"], config["bulk"]["supported"]) == (True, False)
    assert provider("GET", "/ResourceTypes").body["totalResults"] == 2
    names = {each["name"] for each in provider("GET", "/Schemas").body["Resources"]}
    assert names == {"User", "EnterpriseUser", "Group"}


WRONG: dict[str, tuple[str, str, Any, int, str]] = {
    "no name": ("POST", "/Users", {"userName": "x"}, 400, "invalidValue"),
    "a name of a wrong type": ("POST", "/Users", person("x") | {"userName": 5}, 400, "invalidValue"),
    "two addresses": (
        "POST",
        "/Users",
        person("x") | {"emails": [{"value": "a@e.com"}, {"value": "b@e.com"}]},
        400,
        "invalidValue",
    ),
    "a name that somebody has": ("POST", "/Users", person("TAKEN"), 409, "uniqueness"),
    "an id that somebody has": (
        "POST",
        "/Users",
        person("other") | {"externalId": "ext-taken"},
        409,
        "uniqueness",
    ),
    "active, perhaps": ("POST", "/Users", person("x") | {"active": "perhaps"}, 400, "invalidValue"),
    "a group without a name": ("POST", "/Groups", {"members": []}, 400, "invalidValue"),
    "a group of a control character": ("POST", "/Groups", {"displayName": "a\x00b"}, 400, "invalidValue"),
    "no JSON": ("POST", "/Users", b"{", 400, "invalidSyntax"),
    "a list": ("POST", "/Users", b"[]", 400, "invalidSyntax"),
    "deep": ("POST", "/Users", b"[" * 90_000, 400, "invalidSyntax"),
    "large": ("POST", "/Users", b" " * 300_000, 413, "tooLarge"),
    "a filter by something else": ("GET", "/Users?filter=title%20eq%20%22x%22", None, 400, "invalidFilter"),
    "a page of nonsense": ("GET", "/Users?count=many", None, 400, "invalidValue"),
    "a page of two signs": ("GET", "/Users?startIndex=--5", None, 400, "invalidValue"),
    "many parameters": ("GET", f"/Users?{'&'.join(['a=1'] * 21)}", None, 400, "invalidValue"),
    "half a character": ("GET", "/Users?filter=id%20eq%20%22%5Cud800%22", None, 400, "invalidFilter"),
    "no such user": ("PATCH", "/Users/x", patch({"op": "remove", "path": "title"}), 404, ""),
    "NUL": ("GET", "/Users/%00", None, 404, ""),
    "another resource": ("GET", "/Devices", None, 404, "notFound"),
    "another method": ("DELETE", "/Users", None, 404, "notFound"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_refused(provider: Provider, name: str) -> None:
    if "somebody" in name and not provider("GET", '/Users?filter=userName%20eq%20"taken"').body["Resources"]:
        provider.user("taken")
    method, path, body, status, kind = WRONG[name]
    found = provider(method, path, body)
    assert (found.status, found.body.get("scimType", "")) == (status, kind), found.body
    assert found.body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert found.headers["content-type"] == "application/scim+json"


def test_only_a_token_of_this_directory_counts(provider: Provider) -> None:
    other = provider.made["Url"].replace(provider.center.directory, "d-0000000000")
    token = provider.made["Token"]
    for given in ("", "x", token[:-1], token + "x", "x" * 5000):
        answer = provider("GET", "/Users", token=given)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.body["detail"] == "The token is not valid."
    assert provider("GET", "/Users", url=other).status == 401


def test_two_tokens_are_none(provider: Provider) -> None:
    """Two programs on the way could read one each."""
    url = urllib.parse.urlsplit(provider.made["Url"])
    line = http.client.HTTPConnection(url.netloc, timeout=60)
    line.putrequest("GET", f"{url.path}/Users?count=1")
    for token in (provider.made["Token"], "x"):
        line.putheader("authorization", f"Bearer {token}")
    line.endheaders()
    with contextlib.closing(line):
        assert line.getresponse().status == 401


def test_tokens_are_listed_and_revoked_and_expire(provider: Provider) -> None:
    second = provider.run("create", "--days", "1")
    assert provider("GET", "/Users?count=1", token=second["Token"]).status == 200
    assert "revoke one first" in provider.run("create")
    listed = provider.run("list")
    assert set(listed) == {"TokenId", "IdentityStoreId", "Created", "Expires"}
    provider.run("revoke", second["TokenId"])
    assert provider("GET", "/Users", token=second["Token"]).status == 401
    assert "no token" in provider.run("revoke", second["TokenId"])


def test_everything_is_recorded_but_who_it_is(provider: Provider) -> None:
    dan = provider.user("dan-the-recorded")
    provider("GET", f"/Users/{dan['id']}")
    provider("POST", "/Users", person("dan-the-recorded"))
    provider("GET", "/Users", token="wrong")
    told = list(events(provider.data).values())
    mine = [each for each in told if each["userIdentity"].get("principalId") == provider.made["TokenId"]]
    about = [each for each in mine if each["requestParameters"].get("id") == dan["id"]]
    made, read = sorted(about, key=lambda each: str(each["eventName"]))
    (refused,) = [each for each in mine if each.get("errorMessage") == "Duplicate UserName"][-1:]
    assert [each["eventName"] for each in (made, read, refused)] == ["CreateUser", "GetUser", "CreateUser"]
    assert made["eventSource"] == "identitystore-scim.amazonaws.com"
    assert made["requestParameters"] == {"tenantId": provider.center.directory, "id": dan["id"]}
    assert (made["readOnly"], read["readOnly"], refused["errorCode"]) == (False, True, "ConflictException")
    assert "dan-the-recorded" not in json.dumps(mine)
    assert provider.made["Token"] not in json.dumps(told)
    assert any(each.get("errorCode") == "invalidToken" for each in told)


def test_time_ends_a_token(provider: Provider) -> None:
    """The last test of the file: the server's clock stays ahead."""
    assert provider("GET", "/Users?count=1").status == 200
    provider.center.server.advance(YEAR + 60)
    assert provider("GET", "/Users?count=1").status == 401
