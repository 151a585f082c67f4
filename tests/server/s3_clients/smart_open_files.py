"""smart_open: streams that become uploads in parts."""

import os

import smart_open

DATA = os.urandom(20 << 20)
ENDPOINT, BUCKET = os.environ["AWS_ENDPOINT_URL"], "papers"
KEY, SECRET = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]

with smart_open.open(f"s3://{BUCKET}/large.bin", "wb") as file:
    for at in range(0, len(DATA), 1 << 20):
        file.write(DATA[at : at + (1 << 20)])
with smart_open.open(f"s3://{BUCKET}/large.bin", "rb") as file:
    file.seek(7000000)
    assert file.read(10) == DATA[7000000:7000010]
    file.seek(0)
    assert file.read() == DATA
with smart_open.open(f"s3://{BUCKET}/text.txt.gz", "w") as file:
    file.write("salaries")
assert smart_open.open(f"s3://{BUCKET}/text.txt.gz").read() == "salaries"
