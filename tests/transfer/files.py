"""A small account as `aws iam get-account-authorization-details` prints it."""

import copy
import json
from pathlib import Path
from typing import Any

A, B = "111111111111", "222222222222"
DATE = "2024-05-01T10:00:00+00:00"
READS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}],
}
OWN = {"PolicyName": "own", "PolicyDocument": READS}
LIMIT = f"arn:aws:iam::{A}:policy/limit"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"

USER = {
    "Path": "/people/",
    "UserName": "ann",
    "UserId": "AIDAANNANNANNANNANNAN",
    "Arn": f"arn:aws:iam::{A}:user/people/ann",
    "CreateDate": DATE,
    "UserPolicyList": [OWN],
    "GroupList": ["staff"],
    "AttachedManagedPolicies": [],
    "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": LIMIT},
    "Tags": [{"Key": "team", "Value": "blue"}],
}
GROUP = {
    "Path": "/",
    "GroupName": "staff",
    "GroupId": "AGPASTAFFSTAFFSTAFFST",
    "Arn": f"arn:aws:iam::{A}:group/staff",
    "CreateDate": DATE,
    "GroupPolicyList": [OWN],
    "AttachedManagedPolicies": [{"PolicyName": "AdministratorAccess", "PolicyArn": ADMINISTRATOR}],
}
PROFILE = {
    "Path": "/",
    "InstanceProfileName": "machines",
    "InstanceProfileId": "AIPAMACHINESMACHINESM",
    "Arn": f"arn:aws:iam::{A}:instance-profile/machines",
    "CreateDate": DATE,
    "Roles": [{"RoleName": "worker", "RoleId": "AROAWORKERWORKERWORKE"}],
}
ROLE = {
    "Path": "/",
    "RoleName": "worker",
    "RoleId": "AROAWORKERWORKERWORKE",
    "Arn": f"arn:aws:iam::{A}:role/worker",
    "CreateDate": DATE,
    "AssumeRolePolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{A}:user/people/ann", "Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    },
    "InstanceProfileList": [PROFILE],
    "RolePolicyList": [OWN],
    "AttachedManagedPolicies": [{"PolicyName": "limit", "PolicyArn": LIMIT}],
    "Tags": [],
    "RoleLastUsed": {"LastUsedDate": DATE, "Region": "eu-west-1"},
}
POLICY = {
    "PolicyName": "limit",
    "PolicyId": "ANPALIMITLIMITLIMITLI",
    "Arn": LIMIT,
    "Path": "/",
    "DefaultVersionId": "v3",
    "AttachmentCount": 1,
    "PermissionsBoundaryUsageCount": 1,
    "IsAttachable": True,
    "CreateDate": DATE,
    "UpdateDate": DATE,
    "PolicyVersionList": [
        {"Document": READS, "VersionId": "v3", "IsDefaultVersion": True, "CreateDate": DATE},
        {"Document": READS, "VersionId": "v1", "IsDefaultVersion": False, "CreateDate": DATE},
    ],
}
ACCOUNT = {
    "UserDetailList": [USER],
    "GroupDetailList": [GROUP],
    "RoleDetailList": [ROLE],
    "Policies": [POLICY],
}


def account() -> dict[str, Any]:
    """One to change."""
    return copy.deepcopy(ACCOUNT)


def other_account() -> dict[str, Any]:
    """The same in account B: its ids begin otherwise."""
    text = json.dumps(ACCOUNT).replace(A, B)
    for prefix in ("AIDA", "AGPA", "AROA", "ANPA", "AIPA"):
        text = text.replace(f'"{prefix}', f'"{prefix}B')
    found: dict[str, Any] = json.loads(text)
    return found


def file(folder: Path, content: object, name: str = "details.json") -> Path:
    """A file with that content, as the aws CLI prints it."""
    place = folder / name
    place.write_text(content if isinstance(content, str) else json.dumps(content, indent=4))
    return place
