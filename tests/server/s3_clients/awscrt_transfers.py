"""The transfers of boto3 and the aws CLI by the AWS common runtime (awscrt): its own client of S3, in C."""

import io
import os

from botocore.session import Session
from s3transfer.crt import (
    BotocoreCRTCredentialsWrapper,
    BotocoreCRTRequestSerializer,
    CRTTransferManager,
    create_s3_crt_client,
)

DATA = os.urandom(20 << 20)
ENDPOINT, BUCKET = os.environ["AWS_ENDPOINT_URL"], "papers"

session = Session()
client = create_s3_crt_client(
    "us-east-1",
    BotocoreCRTCredentialsWrapper(session.get_credentials()).to_crt_credentials_provider(),
    part_size=5 << 20,
    use_ssl=False,
)
serializer = BotocoreCRTRequestSerializer(session, {"endpoint_url": ENDPOINT})
with CRTTransferManager(client, serializer) as manager:
    manager.upload(io.BytesIO(DATA), BUCKET, "dir/large").result()
    manager.upload(io.BytesIO(b"small"), BUCKET, "small").result()
    for key, body in (("dir/large", DATA), ("small", b"small")):
        back = io.BytesIO()
        manager.download(BUCKET, key, back).result()
        assert back.getvalue() == body
    manager.delete(BUCKET, "small").result()
