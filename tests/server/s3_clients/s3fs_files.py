"""s3fs: files of fsspec."""

import os

import s3fs

DATA = os.urandom(20 << 20)
ENDPOINT, BUCKET = os.environ["AWS_ENDPOINT_URL"], "papers"
KEY, SECRET = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]

fs = s3fs.S3FileSystem(endpoint_url=ENDPOINT, key=KEY, secret=SECRET)
with fs.open(f"{BUCKET}/dir/large", "wb", block_size=6 << 20) as file:
    file.write(DATA)
assert fs.info(f"{BUCKET}/dir/large")["size"] == len(DATA)
with fs.open(f"{BUCKET}/dir/large", "rb") as file:
    file.seek(9000000)
    assert file.read(100) == DATA[9000000:9000100]
fs.pipe(f"{BUCKET}/dir/small", b"small")
assert fs.cat(f"{BUCKET}/dir/small") == b"small"
assert sorted(fs.find(BUCKET)) == [f"{BUCKET}/dir/large", f"{BUCKET}/dir/small"]
fs.copy(f"{BUCKET}/dir/large", f"{BUCKET}/copy")
assert fs.cat(f"{BUCKET}/copy") == DATA
fs.rm(f"{BUCKET}/dir", recursive=True)
fs.invalidate_cache()
assert fs.ls(BUCKET) == [f"{BUCKET}/copy"]
