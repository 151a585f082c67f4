"""Every operation that is served, called once with unmodified boto3, in an order that makes sense.

The table is the list: an operation that is missing from it fails `test_every_operation_is_called_by_a_test`.
"""

import json
from typing import Any

import boto3
from botocore.exceptions import ClientError

from watchword.testing import Server

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/reading"
BOUNDARY = "arn:aws:iam::aws:policy/PowerUserAccess"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
        ],
    }
)
READ = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "sts:AssumeRole"], "Resource": "*"}],
    }
)
BUCKET_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": ROLE},
                "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::every-operation/*",
            }
        ],
    }
)
TAGS = [{"Key": "team", "Value": "red"}]
PUT, OBJECT = {"Bucket": "every-operation"}, {"Bucket": "every-operation", "Key": "one"}
USER, GROUP, WORKER = {"UserName": "ann"}, {"GroupName": "staff"}, {"RoleName": "worker"}
PROFILE = {"InstanceProfileName": "machines"}
INLINE = {"PolicyName": "own", "PolicyDocument": READ}
OWN = {"PolicyName": "own"}

UPLOAD = {"UploadId": "none"}
PARTS = {"Parts": [{"PartNumber": 1, "ETag": "none"}]}

CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("sts", "GetCallerIdentity", {}),
    ("sts", "GetSessionToken", {}),
    ("iam", "CreateUser", USER),
    ("iam", "GetUser", USER),
    ("iam", "ListUsers", {}),
    ("iam", "TagUser", {**USER, "Tags": TAGS}),
    ("iam", "ListUserTags", USER),
    ("iam", "UntagUser", {**USER, "TagKeys": ["team"]}),
    ("iam", "PutUserPermissionsBoundary", {**USER, "PermissionsBoundary": BOUNDARY}),
    ("iam", "DeleteUserPermissionsBoundary", USER),
    ("iam", "CreateGroup", GROUP),
    ("iam", "AddUserToGroup", {**USER, **GROUP}),
    ("iam", "GetGroup", GROUP),
    ("iam", "ListGroups", {}),
    ("iam", "ListGroupsForUser", USER),
    ("iam", "CreateRole", {**WORKER, "AssumeRolePolicyDocument": TRUST}),
    ("iam", "GetRole", WORKER),
    ("iam", "ListRoles", {}),
    ("iam", "TagRole", {**WORKER, "Tags": TAGS}),
    ("iam", "ListRoleTags", WORKER),
    ("iam", "UntagRole", {**WORKER, "TagKeys": ["team"]}),
    ("iam", "PutRolePermissionsBoundary", {**WORKER, "PermissionsBoundary": BOUNDARY}),
    ("iam", "DeleteRolePermissionsBoundary", WORKER),
    ("iam", "UpdateRole", {**WORKER, "MaxSessionDuration": 7200}),
    ("iam", "UpdateRoleDescription", {**WORKER, "Description": "works"}),
    ("iam", "UpdateAssumeRolePolicy", {**WORKER, "PolicyDocument": TRUST}),
    ("iam", "CreateInstanceProfile", PROFILE),
    ("iam", "GetInstanceProfile", PROFILE),
    ("iam", "ListInstanceProfiles", {}),
    ("iam", "TagInstanceProfile", {**PROFILE, "Tags": TAGS}),
    ("iam", "ListInstanceProfileTags", PROFILE),
    ("iam", "UntagInstanceProfile", {**PROFILE, "TagKeys": ["team"]}),
    ("iam", "AddRoleToInstanceProfile", {**PROFILE, **WORKER}),
    ("iam", "ListInstanceProfilesForRole", WORKER),
    ("iam", "RemoveRoleFromInstanceProfile", {**PROFILE, **WORKER}),
    ("iam", "DeleteInstanceProfile", PROFILE),
    ("iam", "CreatePolicy", {"PolicyName": "reading", "PolicyDocument": READ}),
    ("iam", "GetPolicy", {"PolicyArn": POLICY}),
    ("iam", "ListPolicies", {"Scope": "Local"}),
    ("iam", "CreatePolicyVersion", {"PolicyArn": POLICY, "PolicyDocument": READ}),
    ("iam", "GetPolicyVersion", {"PolicyArn": POLICY, "VersionId": "v2"}),
    ("iam", "ListPolicyVersions", {"PolicyArn": POLICY}),
    ("iam", "SetDefaultPolicyVersion", {"PolicyArn": POLICY, "VersionId": "v2"}),
    ("iam", "DeletePolicyVersion", {"PolicyArn": POLICY, "VersionId": "v1"}),
    ("iam", "TagPolicy", {"PolicyArn": POLICY, "Tags": TAGS}),
    ("iam", "ListPolicyTags", {"PolicyArn": POLICY}),
    ("iam", "UntagPolicy", {"PolicyArn": POLICY, "TagKeys": ["team"]}),
    ("iam", "AttachUserPolicy", {**USER, "PolicyArn": POLICY}),
    ("iam", "AttachGroupPolicy", {**GROUP, "PolicyArn": POLICY}),
    ("iam", "AttachRolePolicy", {**WORKER, "PolicyArn": POLICY}),
    ("iam", "ListAttachedUserPolicies", USER),
    ("iam", "ListAttachedGroupPolicies", GROUP),
    ("iam", "ListAttachedRolePolicies", WORKER),
    ("iam", "ListEntitiesForPolicy", {"PolicyArn": POLICY}),
    ("iam", "PutUserPolicy", {**USER, **INLINE}),
    ("iam", "PutGroupPolicy", {**GROUP, **INLINE}),
    ("iam", "PutRolePolicy", {**WORKER, **INLINE}),
    ("iam", "GetUserPolicy", {**USER, **OWN}),
    ("iam", "GetGroupPolicy", {**GROUP, **OWN}),
    ("iam", "GetRolePolicy", {**WORKER, **OWN}),
    ("iam", "ListUserPolicies", USER),
    ("iam", "ListGroupPolicies", GROUP),
    ("iam", "ListRolePolicies", WORKER),
    ("iam", "SimulateCustomPolicy", {"PolicyInputList": [READ], "ActionNames": ["s3:GetObject"]}),
    ("iam", "SimulatePrincipalPolicy", {"PolicySourceArn": ROLE, "ActionNames": ["s3:GetObject"]}),
    ("iam", "GetContextKeysForCustomPolicy", {"PolicyInputList": [READ]}),
    ("iam", "GetContextKeysForPrincipalPolicy", {"PolicySourceArn": ROLE}),
    ("iam", "GetAccountSummary", {}),
    ("iam", "GetAccountAuthorizationDetails", {}),
    ("iam", "CreateAccountAlias", {"AccountAlias": "legion"}),
    ("iam", "ListAccountAliases", {}),
    ("iam", "DeleteAccountAlias", {"AccountAlias": "legion"}),
    ("iam", "GetAccountPasswordPolicy", {}),
    ("iam", "DeleteAccountPasswordPolicy", {}),
    ("iam", "ListOpenIDConnectProviders", {}),
    ("iam", "ListSAMLProviders", {}),
    ("iam", "ListServerCertificates", {}),
    ("iam", "ListMFADevices", USER),
    ("iam", "ListVirtualMFADevices", {}),
    ("iam", "ListSSHPublicKeys", USER),
    ("iam", "ListSigningCertificates", USER),
    ("iam", "ListServiceSpecificCredentials", USER),
    ("iam", "GetLoginProfile", USER),
    ("iam", "DeleteLoginProfile", USER),
    ("iam", "CreateAccessKey", USER),
    ("iam", "ListAccessKeys", USER),
    ("s3", "CreateBucket", PUT),
    ("s3", "ListBuckets", {}),
    ("s3", "HeadBucket", PUT),
    ("s3", "GetBucketLocation", PUT),
    ("s3", "PutBucketPolicy", {**PUT, "Policy": BUCKET_POLICY}),
    ("s3", "GetBucketPolicy", PUT),
    ("s3", "GetBucketPolicyStatus", PUT),
    ("s3", "DeleteBucketPolicy", PUT),
    ("s3", "GetBucketAccelerateConfiguration", PUT),
    ("s3", "GetBucketAcl", PUT),
    ("s3", "GetBucketCors", PUT),
    ("s3", "GetBucketEncryption", PUT),
    ("s3", "GetBucketLifecycleConfiguration", PUT),
    ("s3", "GetBucketLogging", PUT),
    ("s3", "GetBucketNotificationConfiguration", PUT),
    ("s3", "GetBucketOwnershipControls", PUT),
    ("s3", "GetBucketReplication", PUT),
    ("s3", "GetBucketRequestPayment", PUT),
    ("s3", "GetBucketTagging", PUT),
    ("s3", "GetBucketVersioning", PUT),
    ("s3", "GetBucketWebsite", PUT),
    ("s3", "GetObjectLockConfiguration", PUT),
    ("s3", "GetPublicAccessBlock", PUT),
    ("s3", "PutObject", {**OBJECT, "Body": b"bytes"}),
    ("s3", "GetObject", OBJECT),
    ("s3", "HeadObject", OBJECT),
    ("s3", "CopyObject", {**PUT, "Key": "two", "CopySource": OBJECT}),
    ("s3", "ListObjects", PUT),
    ("s3", "ListObjectsV2", PUT),
    ("s3", "CreateMultipartUpload", OBJECT),
    ("s3", "ListMultipartUploads", PUT),
    ("s3", "UploadPart", {**OBJECT, **UPLOAD, "PartNumber": 1, "Body": b"bytes"}),
    ("s3", "UploadPartCopy", {**OBJECT, **UPLOAD, "PartNumber": 1, "CopySource": OBJECT}),
    ("s3", "ListParts", {**OBJECT, **UPLOAD}),
    ("s3", "CompleteMultipartUpload", {**OBJECT, **UPLOAD, "MultipartUpload": PARTS}),
    ("s3", "AbortMultipartUpload", {**OBJECT, **UPLOAD}),
    ("s3", "DeleteObject", OBJECT),
    ("s3", "DeleteObjects", {**PUT, "Delete": {"Objects": [{"Key": "two"}]}}),
    ("s3", "DeleteBucket", PUT),
    ("iam", "DeleteUserPolicy", {**USER, **OWN}),
    ("iam", "DeleteGroupPolicy", {**GROUP, **OWN}),
    ("iam", "DeleteRolePolicy", {**WORKER, **OWN}),
    ("iam", "DetachUserPolicy", {**USER, "PolicyArn": POLICY}),
    ("iam", "DetachGroupPolicy", {**GROUP, "PolicyArn": POLICY}),
    ("iam", "DetachRolePolicy", {**WORKER, "PolicyArn": POLICY}),
    ("iam", "DeletePolicy", {"PolicyArn": POLICY}),
    ("iam", "DeleteRole", WORKER),
    ("iam", "RemoveUserFromGroup", {**USER, **GROUP}),
    ("iam", "UpdateGroup", {**GROUP, "NewGroupName": "crew"}),
    ("iam", "DeleteGroup", {"GroupName": "crew"}),
]

NOT_THERE = {
    **dict.fromkeys(("UploadPart", "UploadPartCopy", "ListParts"), "NoSuchUpload"),
    **dict.fromkeys(("CompleteMultipartUpload", "AbortMultipartUpload"), "NoSuchUpload"),
    **dict.fromkeys(("GetAccountPasswordPolicy", "DeleteAccountPasswordPolicy"), "NoSuchEntity"),
    "DeleteLoginProfile": "NoSuchEntity",
    "GetBucketCors": "NoSuchCORSConfiguration",
    "GetBucketEncryption": "ServerSideEncryptionConfigurationNotFoundError",
    "GetBucketLifecycleConfiguration": "NoSuchLifecycleConfiguration",
    "GetBucketReplication": "ReplicationConfigurationNotFoundError",
    "GetBucketTagging": "NoSuchTagSet",
    "GetBucketWebsite": "NoSuchWebsiteConfiguration",
    "GetLoginProfile": "NoSuchEntity",
    "GetObjectLockConfiguration": "ObjectLockConfigurationNotFoundError",
    "GetPublicAccessBlock": "NoSuchPublicAccessBlockConfiguration",
}
"""Operations whose true answer is that there is no such thing."""


def answer(clients: dict[str, Any], service: str, operation: str, arguments: dict[str, Any]) -> str:
    """The error code of the answer, "" for success."""
    try:
        clients[service]._make_api_call(operation, dict(arguments))
    except ClientError as refused:
        return str(refused.response["Error"]["Code"])
    return ""


def test_each_is_answered(watchword: Server) -> None:
    clients = {name: boto3.client(name, **watchword.client_arguments) for name in ("iam", "sts", "s3")}
    answers = {
        f"{service}:{operation}": answer(clients, service, operation, arguments)
        for service, operation, arguments in CALLS
    }
    expected = {f"{service}:{operation}": NOT_THERE.get(operation, "") for service, operation, _ in CALLS}
    assert answers == expected


def test_a_users_own_life(watchword: Server) -> None:
    """What needs ids from answers: keys and sessions."""
    iam = boto3.client("iam", **watchword.client_arguments)
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    assert len(key["SecretAccessKey"]) == 40
    iam.put_user_policy(UserName="ann", PolicyName="read", PolicyDocument=READ)
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST)
    sts = boto3.client(
        "sts",
        **{
            **watchword.client_arguments,
            "aws_access_key_id": key["AccessKeyId"],
            "aws_secret_access_key": key["SecretAccessKey"],
        },
    )
    session = sts.assume_role(RoleArn=ROLE, RoleSessionName="morning")
    assert session["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/morning"
    assert session["Credentials"]["AccessKeyId"].startswith("ASIA")
    own = boto3.client("sts", **watchword.client_arguments)
    assert own.get_access_key_info(AccessKeyId=key["AccessKeyId"])["Account"] == ACCOUNT
    assert iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["UserName"] == "ann"
    iam.update_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert answer({"sts": sts}, "sts", "GetCallerIdentity", {}) == "InvalidClientTokenId"
    iam.delete_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName="ann", PolicyName="read")
    iam.update_user(UserName="ann", NewUserName="anna")
    iam.delete_user(UserName="anna")
    assert iam.list_users()["Users"] == []
