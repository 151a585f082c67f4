"""One folder per POST policy form in tests/vectors/sigv4-forms, one golden file per stage.

context.json   service, region, time, credentials, the bucket
policy.json    the policy      to_sign.txt  the same as it is signed      signature.txt  the signature
fields.json    the form's fields as they go out

botocore judges each signature.
"""

import json
from base64 import b64encode
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import S3SigV4PostAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from watchword.sigv4.post import check_policy, read_form, verify_form

VECTORS = Path(__file__).parents[1] / "vectors" / "sigv4-forms"
CASES = ("form", "form-with-token")


@pytest.fixture(params=CASES)
def folder(request: pytest.FixtureRequest) -> Path:
    return VECTORS / request.param


@pytest.fixture
def context(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "context.json").read_text())
    return found


def test_each_stage(folder: Path, context: dict[str, Any]) -> None:
    fields = json.loads((folder / "fields.json").read_text())
    form = read_form(list(fields.items()))
    assert form
    to_sign = b64encode((folder / "policy.json").read_bytes()).decode()
    assert form.fields["policy"] == to_sign == (folder / "to_sign.txt").read_text()
    assert form.claim.signature == (folder / "signature.txt").read_text()
    assert form.claim.token == context.get("token")
    verify_form(form, context["secret"], services=(context["service"],), regions=(context["region"],))
    check_policy(form.fields, bucket=context["bucket"], size=1024, now=datetime.fromisoformat(context["now"]))


def test_botocore_agrees(folder: Path, context: dict[str, Any]) -> None:
    signer = S3SigV4PostAuth(
        BotocoreCredentials(context["access_key_id"], context["secret"]),
        context["service"],
        context["region"],
    )
    request = AWSRequest()
    request.context["timestamp"] = f"{datetime.fromisoformat(context['now']):%Y%m%dT%H%M%SZ}"
    text = (folder / "to_sign.txt").read_text()
    assert signer.signature(text, request) == (folder / "signature.txt").read_text()


def test_no_folder_is_left_out() -> None:
    assert {folder.name for folder in VECTORS.iterdir()} == {*CASES}
