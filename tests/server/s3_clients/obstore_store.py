"""obstore: object_store, in Rust, with conditional writes."""

import os

from obstore.exceptions import AlreadyExistsError
from obstore.store import S3Store

DATA = os.urandom(20 << 20)
ENDPOINT, BUCKET = os.environ["AWS_ENDPOINT_URL"], "papers"
KEY, SECRET = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]

s3 = S3Store(
    BUCKET,
    endpoint=ENDPOINT,
    client_options={"allow_http": True},
    access_key_id=KEY,
    secret_access_key=SECRET,
)
s3.put("dir/large", DATA, use_multipart=True, chunk_size=6 << 20)
assert s3.get("dir/large").bytes() == DATA
assert s3.get_range("dir/large", start=5, end=15) == DATA[5:15]
s3.put("dir/new", b"x", mode="create")
try:
    s3.put("dir/new", b"y", mode="create")
except AlreadyExistsError:
    pass
else:
    raise SystemExit("it was there already")
s3.copy("dir/large", "copy")
assert [each["path"] for batch in s3.list() for each in batch] == ["copy", "dir/large", "dir/new"]
s3.delete(["copy", "dir/large", "dir/new"])
assert list(s3.list()) in ([], [[]])
