"""The examples of docs/agent.md: its file is read, its units and services say what the agent understands."""

import configparser
import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from tests.delivery.agent.host import Host
from typer.testing import CliRunner

from watchword.cli import app
from watchword.delivery.agent.workloads import Workloads
from watchword.delivery.agent.written import Host as Written
from watchword.delivery.agent.written import Instance, Pods, Workload, read
from watchword.testing import Server

PAGE = (Path(__file__).parents[3] / "docs" / "agent.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_agent_starts_with_the_file_and_says_what_the_page_shows(
    tmp_path: Path, watchword: Server
) -> None:
    (text,) = blocks("toml")
    host = Host.of(tmp_path, watchword)
    mine = text.replace("https://iam.example.internal:4566", watchword.endpoint)
    mine = re.sub(r"^directory = .*", 'profile = "host"', mine, flags=re.MULTILINE)
    mine = re.sub(r"^certificates.*\n", "", mine, flags=re.MULTILINE).replace('"billing"', f'"{os.getuid()}"')
    shown = blocks("console")[0].splitlines()[1:]
    places = ("--imds=127.0.0.1:0", "--container=127.0.0.1:0")
    with host.agent(mine, *places, beginning="") as one:
        assert [line.split(" at ")[0] for line in shown] == [line.split(" at ")[0] for line in one.said]
    help_ = CliRunner().invoke(app, ["agent", "--help"]).stdout
    for option, line in zip(("--imds", "--container"), shown, strict=True):
        assert option in help_
        assert line.endswith({"--imds": "127.0.0.1:1338", "--container": "127.0.0.1:1339"}[option])


def test_the_file_says_what_the_page_says(tmp_path: Path) -> None:
    (text,) = blocks("toml")
    file = tmp_path / "agent.toml"
    file.write_text(re.sub(r"^directory = .*", 'profile = "host"', text, flags=re.MULTILINE))
    assert read(file).workloads.keys() == {"billing", "shop"}
    told = {*re.findall(r"`(\w+)`", PAGE), *re.findall(r"^(?:# )?(\w+) =", text, re.MULTILINE)}
    assert set(Instance.__struct_fields__) <= told
    assert set(Workload.__struct_fields__) <= told
    assert set(Written.__struct_fields__) <= told
    assert set(Pods.__struct_fields__) <= told
    assert tomllib.loads(text)["host"].keys() == {"directory"}


def test_the_unit_starts_the_agent_with_options_that_it_has() -> None:
    (text,) = blocks("ini")
    unit = configparser.ConfigParser()
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(text)
    program, command, *options = shlex.split(unit["Service"]["ExecStart"])
    assert (Path(program).name, command) == ("watchword", "agent")
    help_ = CliRunner().invoke(app, ["agent", "--help"]).stdout
    assert all(option in help_ for option in options if option.startswith("--"))


def test_the_service_of_docker_compose_is_told_where_to_ask() -> None:
    (text,) = blocks("yaml")
    service = yaml.safe_load(text)["services"]["shop"]
    assert service["environment"].keys() >= {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    }
    assert service["secrets"] == ["token"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to a group")
def test_the_commands_that_make_a_token_make_one_that_is_recognised(tmp_path: Path) -> None:
    block = next(block for block in blocks("console") if "openssl rand" in block)
    commands = [line.removeprefix("# ") for line in block.splitlines() if "watchword agent" not in line]
    script = "\n".join(commands).replace("watchword-tokens", "root").replace("/run/shop", f"{tmp_path}/shop")
    subprocess.run(["sh", "-ec", script], check=True)
    file = tmp_path / "shop" / "token"
    role = "arn:aws:iam::123456789012:role/shop"
    known = Workloads({"shop": Workload(role, token_file=str(file))}, {"shop": None}, None)  # type: ignore[dict-item,arg-type]
    assert known.of_token(file.read_text(), lambda: None)
