"""URLs of functions on a server that has a name and keeps records."""

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.server.harness import credentials, serve, watchword
from tests.server.test_function_events import Host, pytestmark
from tests.services.lambda_.packages import ECHO

__all__ = ["pytestmark"]
NAME = "watchword.example"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with serve(tmp_path_factory.mktemp("named") / "data", "--functions", "--hostname", NAME) as running:
        host = Host(running)
        host.furnish()
        host.lambda_.update_function_code(FunctionName="keeps", ZipFile=ECHO)
        yield host


def send(host: Host, url: str, **headers: str) -> tuple[int, str, Any]:
    """Status, request id, and what the answer says, of a request whose host isn't looked up."""
    connection = http.client.HTTPConnection("127.0.0.1", host.running.port, timeout=60)
    connection.request("GET", "/a", None, {"Host": urlsplit(url).netloc, "User-Agent": "me", **headers})
    with connection.getresponse() as answer:
        found = answer.status, answer.headers["x-amzn-requestid"], json.loads(answer.read())
    connection.close()
    return found


def signed(host: Host, url: str) -> tuple[int, str, Any]:
    keys = credentials(host.data)
    request = AWSRequest("GET", f"{url}a", {})
    own = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    SigV4Auth(own, "lambda", "us-east-1").add_auth(request)
    return send(host, url, **dict(request.headers.items()))


def explained(host: Host, request_id: str) -> Any:
    return json.loads(watchword("explain", request_id, "--json", "--data", str(host.data)).stdout)


def test_a_url_is_below_the_name_of_the_server(host: Host) -> None:
    made = host.lambda_.create_function_url_config(FunctionName="keeps", AuthType="AWS_IAM")
    url = made["FunctionUrl"]
    found = urlsplit(url)
    label, _, rest = (found.hostname or "").partition(".")
    assert (len(label), rest, found.port) == (32, f"lambda-url.us-east-1.{NAME}", host.running.port)

    status, number, answer = signed(host, url)
    assert (status, answer["requestContext"]["domainName"]) == (200, found.hostname)
    event = explained(host, number)
    assert (event["eventName"], event["userAgent"], event["sourceIPAddress"]) == ("Invoke", "me", "127.0.0.1")
    assert event["userIdentity"]["arn"] == answer["requestContext"]["authorizer"]["iam"]["userArn"]
    asked = {each["action"] for each in event["additionalEventData"]["decisions"]}
    assert asked == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}

    status, number, _ = send(host, url)
    assert (status, explained(host, number)["errorCode"]) == (403, "MissingAuthenticationToken")


def test_a_refused_stranger_is_explained(host: Host) -> None:
    made = host.lambda_.create_alias(FunctionName="keeps", Name="live", FunctionVersion="$LATEST")
    assert made["AliasArn"].endswith(":live")
    url = host.lambda_.create_function_url_config(FunctionName="keeps", Qualifier="live", AuthType="NONE")
    status, number, _ = send(host, url["FunctionUrl"])
    event = explained(host, number)
    assert (status, event["errorCode"], event["userIdentity"]["type"]) == (403, "AccessDenied", "Anonymous")
    asked = [(each["action"], each["resource"]) for each in event["additionalEventData"]["decisions"]]
    alias = made["AliasArn"]
    assert asked == [("lambda:InvokeFunctionUrl", alias), ("lambda:InvokeFunction", alias)]
