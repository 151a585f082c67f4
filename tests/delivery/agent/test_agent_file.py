"""The agent's file: what it may say, and one line about what it may not."""

from pathlib import Path

import pytest

from watchword.delivery.agent.written import read
from watchword.delivery.metadata.instance import Access, Tokens

ROLE = "arn:aws:iam::111111111111:role/app"
BEGINNING = """
[server]
endpoint = "https://iam.example.internal:4566"
[host]
profile = "host"
"""
WORKLOAD = f"""
[workloads.app]
role = "{ROLE}"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "agent.toml"


def test_what_is_not_said_is_the_safest(file: Path) -> None:
    file.write_text(f'{BEGINNING}[instance]\nid = "host-1"\n')
    found = read(file).instance
    assert found
    assert (found.http_tokens, found.http_endpoint) == (Tokens.REQUIRED, Access.ENABLED)
    assert (found.http_put_response_hop_limit, found.seconds, found.role) == (1, 3600, "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "missing required field `host`"),
        ('[host]\nprofile = "host"\n', "the server has no endpoint"),
        (BEGINNING + "[instance]\n", "the instance has no id"),
        ('[host]\ndirectory = "/nowhere"\n', "/nowhere isn't that of a host that has joined"),
        ("[server", "Expected ']'"),
        ("[server]\nendpoint = 1", "Expected `str`"),
        (BEGINNING + "[workload.app]\n", "there is no member 'workload'; did you mean 'workloads'?"),
        (BEGINNING.replace("https://iam", "ftp://iam"), "$.server.endpoint"),
        (BEGINNING.replace("4566", "4566/path"), "$.server.endpoint"),
        (BEGINNING.replace("https://", "https://user@"), "$.server.endpoint"),
        (
            BEGINNING + 'process = ["x"]\n',
            "say one of directory, profile, process and web_identity_token_file",
        ),
        (
            BEGINNING.replace("profile", "#"),
            "say one of directory, profile, process and web_identity_token_file",
        ),
        (BEGINNING + '[instance]\nid = "a b"\n', "$.instance.id"),
        (BEGINNING + '[instance]\nid = "host-1"\nhttp_tokens = "never"\n', "Invalid enum value 'never'"),
        (BEGINNING + '[instance]\nid = "host-1"\nhttp_put_response_hop_limit = 0\n', "hop_limit"),
        (BEGINNING + '[instance]\nid = "host-1"\nhttp_put_response_hop_limit = 65\n', "hop_limit"),
        (BEGINNING + '[instance]\nid = "host-1"\nrole = "web"\n', "not an ARN: 'web'"),
        (
            BEGINNING + f'[instance]\nid = "host-1"\nprofile = "{ROLE}"\n',
            "not the ARN of an instance profile",
        ),
        (BEGINNING + '[instance]\nid = "host-1"\nidentity_key = "k"\n', "go together"),
        (BEGINNING + '[instance]\nid = "host-1"\nid = "host-2"\n', "Cannot overwrite a value"),
        (BEGINNING + WORKLOAD, "say how it is recognised"),
        (BEGINNING + WORKLOAD + 'token = "short"\n', "token"),
        (BEGINNING + WORKLOAD + 'token = "has a blank in it"\n', "token"),
        (BEGINNING + WORKLOAD + f'token = "{"a" * 16}"\ntoken_file = "t"\n', "say token or token_file"),
        (BEGINNING + WORKLOAD.replace("role/", "user/") + 'user = "a"\n', "not the ARN of a role"),
        (BEGINNING + WORKLOAD.replace(".app", '."a/b"') + 'user = "a"\n', "workloads"),
        (BEGINNING + WORKLOAD + 'user = "a"\nseconds = 60\n', "seconds"),
        (BEGINNING + WORKLOAD + 'user = "a"\ncgruop = "a"\n', "did you mean 'cgroup'?"),
    ],
)
def test_what_is_wrong_is_one_line(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    with pytest.raises(ValueError, match=r"^[^\n]+\Z") as refused:
        read(file)
    assert said in str(refused.value)
