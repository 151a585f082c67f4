"""DuckDB's httpfs: Parquet written and read by SQL."""

import os
import sys
from urllib.parse import urlsplit

import duckdb

DATA = os.urandom(20 << 20)
ENDPOINT, BUCKET = os.environ["AWS_ENDPOINT_URL"], "papers"
KEY, SECRET = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]

NOT_HERE = 77
sql = duckdb.connect()
try:
    sql.execute("INSTALL httpfs; LOAD httpfs")
except duckdb.Error as error:
    sys.stdout.write(f"httpfs can't be had here: {error}")
    sys.exit(NOT_HERE)
where = f"ENDPOINT '{urlsplit(ENDPOINT).netloc}', URL_STYLE 'path', USE_SSL false"
sql.execute(f"CREATE SECRET (TYPE s3, KEY_ID '{KEY}', SECRET '{SECRET}', REGION 'us-east-1', {where})")
sql.execute(f"COPY (SELECT range AS n FROM range(100000)) TO 's3://{BUCKET}/n.parquet'")
assert sql.execute(f"SELECT sum(n) FROM 's3://{BUCKET}/*.parquet'").fetchone()[0] == 4999950000
