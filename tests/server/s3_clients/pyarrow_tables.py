"""pyarrow: its own client in C++, and tables as Parquet."""

import os

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

DATA = os.urandom(20 << 20)
ENDPOINT, BUCKET = os.environ["AWS_ENDPOINT_URL"], "papers"
KEY, SECRET = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]

s3 = fs.S3FileSystem(endpoint_override=ENDPOINT, access_key=KEY, secret_key=SECRET, region="us-east-1")
table = pa.table({"n": list(range(100000)), "text": ["x"] * 100000})
pq.write_table(table, f"{BUCKET}/tables/one.parquet", filesystem=s3)
assert pq.read_table(f"{BUCKET}/tables/one.parquet", columns=["n"], filesystem=s3).num_rows == 100000
with s3.open_output_stream(f"{BUCKET}/large") as file:
    file.write(DATA)
with s3.open_input_file(f"{BUCKET}/large") as file:
    assert file.read_at(100, 12345678) == DATA[12345678:12345778]
    assert file.read() == DATA
s3.copy_file(f"{BUCKET}/large", f"{BUCKET}/copy")
s3.delete_dir(f"{BUCKET}/tables")
names = [each.path for each in s3.get_file_info(fs.FileSelector(BUCKET, recursive=True))]
assert sorted(names) == [f"{BUCKET}/copy", f"{BUCKET}/large"], names
