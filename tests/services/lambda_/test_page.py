"""What docs/functions.md shows is what happens: its server starts, and its function reads its object."""

import json
import re
import shlex
from pathlib import Path

import boto3
import pytest
from tests.functions.probe import Probe
from tests.services.lambda_.packages import zipped

from watchword.functions.isolation import strongest
from watchword.functions.sandbox.launch import Interpreter

PAGE = (Path(__file__).parents[3] / "docs" / "functions.md").read_text()
BLOCKS = dict(re.findall(r"^```(console|python)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


def test_the_page_is_true() -> None:
    if strongest(Interpreter.own()) is None:
        pytest.skip("functions can't be isolated on this host")
    _prompt, program, serve, *arguments = shlex.split(BLOCKS["console"])
    assert (program, serve, arguments) == ("watchword", "serve", ["--functions"])
    with Probe.start() as probe:
        s3 = boto3.client("s3", **probe.server.client_arguments)
        s3.create_bucket(Bucket="payroll")
        s3.put_object(Bucket="payroll", Key="2026.txt", Body=b"salaries")
        probe.allow("s3:GetObject")
        probe.client.create_function(
            **probe.made | {"FunctionName": "report", "Code": {"ZipFile": zipped(app=BLOCKS["python"])}}
        )
        answer = probe.client.invoke(FunctionName="report")
        assert json.loads(answer["Payload"].read()) == "salaries"


def test_every_line_of_the_table_has_its_test() -> None:
    table = PAGE.partition("functions/test_reach.py")[2]
    named = set(re.findall(r"\| `(test_\w+)` \|$", table, re.MULTILINE))
    text = (Path(__file__).parents[2] / "functions" / "test_reach.py").read_text()
    assert named == set(re.findall(r"^def (test_\w+)\(", text, re.MULTILINE))
