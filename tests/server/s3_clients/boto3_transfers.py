"""boto3's transfer manager: uploads and downloads in parts, and a copy in parts."""

import io
import os
from pathlib import Path

import boto3
from boto3.s3.transfer import TransferConfig

DATA = os.urandom(20 << 20)
ENDPOINT, BUCKET = os.environ["AWS_ENDPOINT_URL"], "papers"
KEY, SECRET = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]

s3 = boto3.client("s3")
config = TransferConfig(
    multipart_threshold=6 << 20, multipart_chunksize=5 << 20, preferred_transfer_client="classic"
)
Path("file").write_bytes(DATA)
s3.upload_file("file", BUCKET, "dir/ä b.bin", ExtraArgs={"ChecksumAlgorithm": "CRC32"}, Config=config)
s3.download_file(BUCKET, "dir/ä b.bin", "back", Config=config)
assert Path("back").read_bytes() == DATA
head = s3.head_object(Bucket=BUCKET, Key="dir/ä b.bin", ChecksumMode="ENABLED")
assert head["ContentLength"] == len(DATA), head
s3.copy({"Bucket": BUCKET, "Key": "dir/ä b.bin"}, BUCKET, "copy", Config=config)
buffer = io.BytesIO()
s3.download_fileobj(BUCKET, "copy", buffer, Config=config)
assert buffer.getvalue() == DATA
s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "copy"}, {"Key": "dir/ä b.bin"}]})
assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
