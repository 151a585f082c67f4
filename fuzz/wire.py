"""Bodies, queries and headers in AWS's four protocols: an input or an AwsError, the same when asked again.

Every error can be written in the operation's own protocol.
The first byte chooses the operation, the rest is a request; it is also recognised without being told.
"""

import json
from contextlib import suppress
from functools import cache
from xml.etree import ElementTree as ET

from fuzz.requests import request_of
from watchword.names import AwsError, HttpRequest
from watchword.reference.models import read_model
from watchword.wire import Models, Operation, recognise

MODELS = Models(read_model)
SEEDS = {
    ("iam", "CreateUser"): b"POST / HTTP/1.1\ncontent-type:application/x-www-form-urlencoded\n\n"
    b"Action=CreateUser&Version=2010-05-08&UserName=ann&Path=%2Fa%2F&Tags.member.1.Key=k&Tags.member.1.Value=",
    ("iam", "SimulateCustomPolicy"): b"POST / HTTP/1.1\n\nAction=SimulateCustomPolicy&Version=2010-05-08"
    b"&PolicyInputList.member.1=%7B%7D&ActionNames.member.1=s3%3A*&ContextEntries.member.1.ContextKeyName=a"
    b"&ContextEntries.member.1.ContextKeyValues.member.1=b&ContextEntries.member.1.ContextKeyType=string",
    ("sts", "AssumeRole"): b"POST / HTTP/1.1\n\nAction=AssumeRole&Version=2011-06-15&RoleSessionName=s"
    b"&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr&DurationSeconds=900&Tags.member.1.Key=a"
    b"&Tags.member.1.Value=b&TransitiveTagKeys.member.1=a",
    ("organizations", "CreatePolicy"): b"POST / HTTP/1.1\ncontent-type:application/x-amz-json-1.1\n"
    b'x-amz-target:AWSOrganizationsV20161128.CreatePolicy\n\n{"Content": "{}", "Description": "", '
    b'"Name": "n", "Type": "SERVICE_CONTROL_POLICY", "Tags": [{"Key": "k", "Value": "v"}]}',
    ("cloudtrail", "LookupEvents"): b"POST / HTTP/1.1\ncontent-type:application/x-amz-json-1.1\n\n"
    b'{"LookupAttributes": [{"AttributeKey": "EventId", "AttributeValue": "x"}], "StartTime": 1.5e9, '
    b'"MaxResults": 5}',
    ("lambda", "CreateFunction"): b"POST /2015-03-31/functions HTTP/1.1\ncontent-type:application/json\n\n"
    b'{"FunctionName": "f", "Role": "arn:aws:iam::111122223333:role/r", "Code": {"ZipFile": "UEsF"}, '
    b'"Environment": {"Variables": {"a": "b"}}, "Timeout": 3, "Publish": true}',
    ("lambda", "Invoke"): b"POST /2015-03-31/functions/f/invocations?Qualifier=1 HTTP/1.1\n"
    b"x-amz-client-context:e30=\nx-amz-invocation-type:Event\n\n{}",
    ("s3", "PutBucketTagging"): b"PUT /bucket?tagging HTTP/1.1\n\n<Tagging xmlns="
    b'"http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>k</Key><Value>&lt;v</Value></Tag></TagSet>'
    b"</Tagging>",
    ("s3", "DeleteObjects"): b"POST /bucket?delete HTTP/1.1\n\n<Delete><Object><Key>a</Key></Object>"
    b"<Object><Key>b</Key><VersionId>1</VersionId></Object><Quiet>true</Quiet></Delete>",
    ("s3", "PutObject"): b"PUT /bucket/key HTTP/1.1\nx-amz-meta-a:b\ncontent-type:text/plain\n"
    b"expires:Wed, 21 Oct 2026 07:28:00 GMT\nx-amz-tagging:a=b\n\nbytes",
    ("s3", "ListObjectsV2"): b"GET /bucket?list-type=2&prefix=a%2Fb&max-keys=10&delimiter=%2F HTTP/1.1\n\n",
}


@cache
def operations() -> tuple[Operation, ...]:
    return tuple(MODELS.service(service).operation(name) for service, name in SEEDS)


def seeds() -> list[bytes]:
    return [bytes([number]) + request for number, request in enumerate(SEEDS.values())]


def check(data: bytes) -> None:
    if not data:
        return
    request, operation = request_of(data[1:]), operations()[data[0] % len(SEEDS)]
    with suppress(AwsError):
        recognise(request, MODELS, scope_service=operation.service.name, hosts=("localhost",))
    found = _parsed(operation, request)
    assert repr(found) == repr(_parsed(operation, request))


def _parsed(operation: Operation, request: HttpRequest) -> object:
    """The input, or what is answered."""
    try:
        return operation.parse(request)
    except AwsError as refused:
        answer = operation.write_error(refused, "id")
        assert 400 <= answer.status < 500
        assert isinstance(answer.body, bytes)
        if answer.body:
            (json.loads if operation.service.protocol.endswith("json") else ET.fromstring)(answer.body)
        return answer
