"""How clients get credentials of a pool, each as it is: the SDK for JavaScript and the aws CLI."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.services.cognito_identity.harness import App, assumed
from tests.services.sts import node

AWS = Path(sys.executable).with_name("aws")


@node.needs_node
def test_the_sdk_for_javascript(app: App) -> None:
    def told(logins: dict[str, str]) -> dict[str, Any]:
        options = json.dumps({"identityPoolId": app.pool})
        text = node.run("cognito.mjs", options, json.dumps(logins), AWS_ENDPOINT_URL=app.server.endpoint)
        found: dict[str, Any] = json.loads(text)
        return found

    user = told(app.logins())
    assert user["Arn"] == assumed("user")
    assert user["identityId"] == app.identity(app.logins())
    assert told({})["Arn"] == assumed("guest")


def test_the_aws_cli(app: App) -> None:
    def run(*command: str) -> Any:
        environment = {
            "PATH": os.environ["PATH"],
            "AWS_ENDPOINT_URL": app.server.endpoint,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        done = subprocess.run(
            [sys.executable, str(AWS), "cognito-identity", *command, "--output", "json"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    logins = json.dumps(app.logins())
    identity = run("get-id", "--identity-pool-id", app.pool, "--logins", logins)["IdentityId"]
    answer = run("get-credentials-for-identity", "--identity-id", identity, "--logins", logins)
    assert app.who(answer["Credentials"]) == assumed("user")
