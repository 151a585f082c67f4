"""Credentials that a lakehouse's catalog vends: a session of its role for one table's prefix, and no more.

What Polaris, Lakekeeper and Nessie send is AssumeRole with a session policy; the catalog of this test sends
the same. obstore reads always; pyiceberg and s3fs where WATCHWORD_LAKEHOUSE names a Python that has them.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import obstore
import pytest
from obstore.exceptions import BaseError
from obstore.store import S3Store
from tests.services.sts.harness import ACCOUNT, arn, client, code, document

from watchword.testing import Server

BUCKET, TABLE, OTHER = "warehouse", "sales/orders", "sales/salaries"
PYTHON = os.environ.get("WATCHWORD_LAKEHOUSE", "")
needs_clients = pytest.mark.skipif(
    not PYTHON, reason="needs WATCHWORD_LAKEHOUSE: a Python with pyiceberg and s3fs"
)
ASSUMING = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]


def for_table(prefix: str, *, writes: bool = False) -> str:
    """The session policy of one table, in the shape of Polaris."""
    bucket = f"arn:aws:s3:::{BUCKET}"
    reading, writing = ["s3:GetObject", "s3:GetObjectVersion"], ["s3:PutObject", "s3:DeleteObject"]
    statements = [
        {
            "Effect": "Allow",
            "Action": reading + (writing if writes else []),
            "Resource": f"{bucket}/{prefix}/*",
        },
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": bucket,
            "Condition": {"StringLike": {"s3:prefix": f"{prefix}/*"}},
        },
        {"Effect": "Allow", "Action": "s3:GetBucketLocation", "Resource": bucket},
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server has its files."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[Server]:
    """A warehouse with two tables, a role for it, and a catalog whose user may assume the role."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place))
        started = Server.start()
    with started:
        s3: Any = boto3.client("s3", **started.client_arguments)
        s3.create_bucket(Bucket=BUCKET)
        for table in (TABLE, OTHER):
            s3.put_object(Bucket=BUCKET, Key=f"{table}/data/1.csv", Body=b"id,name\n1,one\n")
        iam: Any = boto3.client("iam", **started.client_arguments)
        iam.create_user(UserName="catalog")
        policy = document(ASSUMING, Resource=arn("warehouse"))
        iam.put_user_policy(UserName="catalog", PolicyName="vend", PolicyDocument=policy)
        trust = document(ASSUMING, Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/catalog"})
        iam.create_role(RoleName="warehouse", AssumeRolePolicyDocument=trust)
        whole = document("s3:*", Resource=[f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"])
        iam.put_role_policy(RoleName="warehouse", PolicyName="all", PolicyDocument=whole)
        yield started


@pytest.fixture(scope="module")
def catalog(server: Server) -> Any:
    """STS, as the catalog."""
    iam: Any = boto3.client("iam", **server.client_arguments)
    return client(server, "sts", iam.create_access_key(UserName="catalog")["AccessKey"])


def vend(catalog: Any, user: str = "ann", *, writes: bool = False) -> dict[str, str]:
    answer = catalog.assume_role(
        RoleArn=arn("warehouse"),
        RoleSessionName="polaris",
        DurationSeconds=900,
        Policy=for_table(TABLE, writes=writes),
        Tags=[{"Key": "catalog", "Value": "polaris"}, {"Key": "table", "Value": TABLE}],
        SourceIdentity=user,
    )
    credentials: dict[str, str] = answer["Credentials"]
    return credentials


def store(server: Server, credentials: dict[str, str]) -> S3Store:
    return S3Store(
        BUCKET,
        endpoint=server.endpoint,
        region="us-east-1",
        access_key_id=credentials["AccessKeyId"],
        secret_access_key=credentials["SecretAccessKey"],
        session_token=credentials["SessionToken"],
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )


def test_obstore_reads_one_table(server: Server, catalog: Any) -> None:
    reader = store(server, vend(catalog))
    assert bytes(obstore.get(reader, f"{TABLE}/data/1.csv").bytes()) == b"id,name\n1,one\n"
    assert [each["path"] for each in obstore.list(reader, f"{TABLE}/").collect()] == [f"{TABLE}/data/1.csv"]
    for refused in (
        lambda: obstore.get(reader, f"{OTHER}/data/1.csv"),
        lambda: obstore.list(reader, f"{OTHER}/").collect(),
        lambda: obstore.list(reader).collect(),
        lambda: obstore.put(reader, f"{TABLE}/data/2.csv", b"x"),
    ):
        with pytest.raises(BaseError, match="AccessDenied"):
            refused()


def test_a_writer_writes_one_table(server: Server, catalog: Any) -> None:
    writer = store(server, vend(catalog, writes=True))
    obstore.put(writer, f"{TABLE}/data/2.csv", b"id,name\n2,two\n")
    obstore.delete(writer, f"{TABLE}/data/2.csv")
    with pytest.raises(BaseError, match="AccessDenied"):
        obstore.put(writer, f"{OTHER}/data/2.csv", b"x")


def test_what_was_vended_gives_nothing_more(server: Server, catalog: Any) -> None:
    credentials = vend(catalog)
    sts = client(server, "sts", credentials)
    assert code(sts.assume_role, RoleArn=arn("warehouse"), RoleSessionName="more") == "AccessDenied"
    assert code(client(server, "iam", credentials).list_users) == "AccessDenied"


def test_the_audit_names_table_catalog_and_user(server: Server, catalog: Any, place: Path) -> None:
    credentials = vend(catalog, "zoe")
    obstore.get(store(server, credentials), f"{TABLE}/data/1.csv").bytes()
    (journal,) = place.rglob("*.jsonl")
    lines = map(json.loads, journal.read_bytes().rstrip(b"\0").splitlines())
    events = [line.get("event", line) for line in lines]
    (read,) = [
        event
        for event in events
        if event.get("eventName") == "GetObject"
        and event["userIdentity"].get("accessKeyId") == credentials["AccessKeyId"]
    ]
    assert read["requestParameters"]["key"] == f"{TABLE}/data/1.csv"
    assert read["userIdentity"]["arn"].endswith(":assumed-role/warehouse/polaris")
    assert read["userIdentity"]["sessionContext"]["sourceIdentity"] == "zoe"
    (vended,) = [
        event
        for event in events
        if ((event.get("responseElements") or {}).get("credentials") or {}).get("accessKeyId")
        == credentials["AccessKeyId"]
    ]
    assert vended["requestParameters"]["sourceIdentity"] == "zoe"
    assert {tag["key"]: tag["value"] for tag in vended["requestParameters"]["tags"]} == {
        "catalog": "polaris",
        "table": TABLE,
    }


def test_the_policy_of_the_page_is_the_one_that_is_tested() -> None:
    page = (Path(__file__).parents[3] / "docs" / "lakehouses.md").read_text()
    (policy,) = re.findall(r"^```json\n(.+?)^```", page, re.MULTILINE | re.DOTALL)
    assert json.loads(policy) == json.loads(for_table(TABLE))


ICEBERG = """
import sys, pyarrow
from pyiceberg.catalog.sql import SqlCatalog
place, database, *more = sys.argv[1:]
settings = dict(each.split("=", 1) for each in more)
catalog = SqlCatalog("lake", uri=f"sqlite:///{database}", warehouse=f"s3://{place}", **settings)
if "write" in settings:
    catalog.create_namespace("sales")
    schema = pyarrow.schema([("id", pyarrow.int64())])
    table = catalog.create_table("sales.orders", schema, location=f"s3://{place}/sales/orders")
    table.append(pyarrow.table({"id": [1, 2]}))
table = catalog.load_table("sales.orders")
print(table.scan().to_arrow().column("id").to_pylist())
"""
S3FS = """
import os, sys, s3fs
files = s3fs.S3FileSystem(endpoint_url=sys.argv[1])
print(files.cat(sys.argv[2]).decode())
"""


def run(program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_REGION": "us-east-1", **environment}
    command = [PYTHON, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


@needs_clients
def test_pyiceberg_writes_and_reads_one_table(server: Server, catalog: Any, tmp_path: Path) -> None:
    def iceberg(place: str, credentials: dict[str, str], *more: str) -> subprocess.CompletedProcess[str]:
        return run(
            ICEBERG,
            place,
            str(tmp_path / f"{place.replace('/', '-')}.db"),
            f"s3.endpoint={server.endpoint}",
            "s3.region=us-east-1",
            f"s3.access-key-id={credentials['AccessKeyId']}",
            f"s3.secret-access-key={credentials['SecretAccessKey']}",
            f"s3.session-token={credentials['SessionToken']}",
            *more,
        )

    written = iceberg(BUCKET, vend(catalog, writes=True), "write=1")
    assert written.stdout.strip() == "[1, 2]", written.stderr
    assert iceberg(BUCKET, vend(catalog)).stdout.strip() == "[1, 2]"
    other = iceberg(f"{BUCKET}/elsewhere", vend(catalog, writes=True), "write=1")
    assert "ACCESS_DENIED" in other.stderr, other.stderr


@needs_clients
def test_s3fs_reads_one_table(server: Server, catalog: Any) -> None:
    credentials = vend(catalog)
    names = {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }
    assert "1,one" in run(S3FS, server.endpoint, f"{BUCKET}/{TABLE}/data/1.csv", **names).stdout
    refused = run(S3FS, server.endpoint, f"{BUCKET}/{OTHER}/data/1.csv", **names)
    assert "PermissionError" in refused.stderr or "Forbidden" in refused.stderr
