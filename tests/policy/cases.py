"""Type-directed generators: policies and requests that often meet.

Everything is drawn from small vocabularies that fit each other (accounts, names, buckets, keys with values
of their type), so that statements apply, nearly apply and conflict in a fair share of cases. A case is the
JSON of one `watchword decide` line. All chance comes from one `Random`: a seed names a case, thousands take
seconds, and hypothesis can shrink one by handing in a `Random` of its own (`strategies.randoms`).
"""

from random import Random

ACCOUNTS = ("111122223333", "444455556666")
NAMES = ("alice", "bob")
ACTIONS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:ListBucket",
    "sts:AssumeRole",
    "iam:GetUser",
    "ec2:RunInstances",
    "kms:Decrypt",
)
ACTION_PATTERNS = (
    *ACTIONS,
    "*",
    "s3:*",
    "s3:Get*",
    "S3:getobject",
    "s3:?etObject",
    "sts:*",
    "s*:*",
    "iam:Get*",
)
KEYS = ("a", "home/alice/x", "home/bob/x", "home/*", "x:y")
RESOURCES = (
    "*",
    *(f"arn:aws:s3:::bucket/{key}" for key in KEYS),
    "arn:aws:s3:::bucket",
    "arn:aws:s3:::other/a",
    *(f"arn:aws:iam::{account}:role/path/worker" for account in ACCOUNTS),
    f"arn:aws:sqs:us-east-1:{ACCOUNTS[0]}:queue",
    f"arn:aws:sqs:us-east-1:{ACCOUNTS[0]}:queue:more",
)
RESOURCE_PATTERNS = (
    *RESOURCES,
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::bucket/home/${aws:username}/*",
    "arn:aws:s3:::bucket/home/${aws:username, 'bob'}/*",
    "arn:aws:s3:::bucket/home/${*}",
    "arn:aws:s3:::bucket/${aws:PrincipalTag/team}",
    "arn:aws:s3:::bucket/${broken",
    "arn:aws:s3:::${aws:TagKeys}/a",
    "arn:aws:s3:::bucket/?",
    "arn:aws:s3:::bucket/home/*/x",
    "arn:aws:s3:::*/a",
    "arn:aws:sqs:*:111122223333:queue",
    "arn:aws:sqs:us-*1:111122223333:queue*",
    "arn:aws:sqs:us-*:111122223333:qu?ue",
    "arn:aws:sqs:us?east-1:*:queue",
    "arn:aws:sqs:${aws:RequestedRegion}:111122223333:queue",
    "arn:aws:*:::bucket/a",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::111122223333:role/path/*",
)
TEXTS = ("alice", "bob", "team-a", "*", "", "a", "Alice", "home/alice/x")
TYPED_KEYS = {
    "String": ("aws:username", "aws:PrincipalTag/team", "s3:prefix", "AWS:UserName"),
    "Numeric": ("s3:max-keys", "aws:MultiFactorAuthAge"),
    "Date": ("aws:CurrentTime", "aws:TokenIssueTime"),
    "Bool": ("aws:SecureTransport", "aws:MultiFactorAuthPresent"),
    "Ip": ("aws:SourceIp", "aws:VpcSourceIp"),
    "Arn": ("aws:PrincipalArn", "aws:SourceArn"),
    "Binary": ("x:Blob",),
    "List": ("aws:TagKeys", "aws:CalledVia"),
}
VALUES = {
    "String": TEXTS,
    "Numeric": ("0", "10", "10.0", "-3", "9.99", "many"),
    "Date": ("2026-01-01T00:00:00Z", "2026-01-01", "1767225600", "2025", "2026-06-01T12:00:00+02:00", "soon"),
    "Bool": ("true", "false", "True", "yes"),
    "Ip": ("10.1.2.3", "203.0.113.9", "2001:db8::1", "nowhere"),
    "Arn": (
        "arn:aws:iam::111122223333:role/path/worker",
        "arn:aws:iam::444455556666:user/bob",
        "arn:aws:sns:us-east-1:111122223333:topic:sub",
        "none",
    ),
    "Binary": ("YWJj", "YWJk", "!!"),
    "List": TEXTS,
}
OPERATORS = {
    "String": (
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
        "stringlike",
    ),
    "Numeric": (
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
    ),
    "Date": (
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
    ),
    "Bool": ("Bool",),
    "Ip": ("IpAddress", "NotIpAddress"),
    "Arn": ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"),
    "Binary": ("BinaryEquals",),
}
OPERATORS["List"] = OPERATORS["String"]
WANTED = {
    "String": (
        *TEXTS,
        "a*",
        "*e",
        "?ob",
        "${aws:username}",
        "${aws:PrincipalTag/team}",
        "home/${aws:username}/*",
        "${*}",
        "${bad key}",
    ),
    "Numeric": ("0", "10", "1e1", "-3", "9.5", "ten"),
    "Date": ("2026-01-01T00:00:00Z", "2025-12-31T19:00:00-05:00", "1767225600", "2026", "2026-13-01", "1e9"),
    "Bool": ("true", "false", "TRUE", "maybe"),
    "Ip": ("10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "2001:db8::/32", "::/0", "10.1.2.3/33", "ten"),
    "Arn": (
        "arn:aws:iam::111122223333:role/path/worker",
        "arn:aws:iam::*:role/*",
        "arn:aws:iam::*",
        "arn:aws:*:*:*:*",
        "arn:aws:sns:us-*-1:111122223333:*",
        "arn:aws:s?s:*:111122223333:topic",
        "arn:aws:iam::${aws:PrincipalAccount}:role/*",
        "${aws:PrincipalArn}",
        "arn:aws:iam::111122223333:user/${aws:username}",
        "*",
    ),
    "Binary": ("YWJj", "YWJk", "abc"),
    "List": (*TEXTS, "a*", "${aws:username}"),
}
AWS_PRINCIPALS = (
    "*",
    *ACCOUNTS,
    f"arn:aws:iam::{ACCOUNTS[0]}:root",
    *(f"arn:aws:iam::{account}:user/{name}" for account in ACCOUNTS for name in NAMES),
    f"arn:aws:iam::{ACCOUNTS[0]}:role/path/worker",
    f"arn:aws:sts::{ACCOUNTS[0]}:assumed-role/worker/job",
    f"arn:aws:sts::{ACCOUNTS[0]}:federated-user/guest",
    "AIDAALICE",
    "AROAWORKER",
)
SERVICES = ("lambda.amazonaws.com", "ec2.amazonaws.com")
PROVIDERS = ("accounts.example.com", "arn:aws:iam::111122223333:saml-provider/idp")
FULL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
FULL_FOR_EVERYONE = {"Statement": [FULL["Statement"] | {"Principal": "*"}]}


def case(chance: Random) -> dict:
    """One line for `watchword decide`, whose answer both evaluators must agree on."""
    request = {
        "principal": principal(chance),
        "action": chance.choice(ACTIONS),
        "resource": chance.choice(RESOURCES),
        "context": context(chance),
    }
    if chance.random() < 0.4:
        request["resourceAccount"] = chance.choice(ACCOUNTS)
    if chance.random() < 0.3:
        request["resourceType"] = chance.choice(("role", "kms-key"))
    return {
        "id": 1,
        "request": request,
        "org": organization(chance) if chance.random() < 0.2 else None,
        "policies": {
            "identity": several(chance, attached=False, most=3),
            "resource": document(chance, attached=True) if chance.random() < 0.6 else None,
            "boundary": several(chance, attached=False) if chance.random() < 0.25 else None,
            "session": several(chance, attached=False) if chance.random() < 0.25 else None,
            "scps": levels(chance, attached=False) if chance.random() < 0.2 else None,
            "rcps": levels(chance, attached=True) if chance.random() < 0.2 else None,
            "vpcEndpoint": several(chance, attached=True) if chance.random() < 0.1 else None,
        },
    }


def organization(chance: Random) -> dict:
    return {
        "principalAccountIsManagement": chance.random() < 0.5,
        "resourceAccountIsManagement": chance.random() < 0.5,
    }


def levels(chance: Random, *, attached: bool) -> list:
    return [several(chance, attached=attached) for _ in range(chance.choice((0, 1, 1, 2, 3)))]


def several(chance: Random, *, attached: bool, most: int = 2) -> list:
    full = [FULL_FOR_EVERYONE if attached else FULL] if chance.random() < 0.6 else []
    found = [document(chance, attached=attached) for _ in range(chance.randint(0, most))]
    return full + found


def document(chance: Random, *, attached: bool, effect: str | None = None) -> dict:
    """A policy; `attached` to a resource, it has principals."""
    statements = [statement(chance, attached=attached, effect=effect) for _ in range(chance.randint(1, 3))]
    found = {"Statement": statements[0] if len(statements) == 1 and chance.random() < 0.5 else statements}
    version = chance.choice(("2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17", None))
    return found if version is None else {"Version": version} | found


def statement(chance: Random, *, attached: bool, effect: str | None = None) -> dict:
    found = {"Effect": effect or chance.choice(("Allow", "Allow", "Allow", "Deny"))}
    if attached is (chance.random() < 0.95):
        found[maybe_not(chance, "Principal")] = principal_element(chance)
    found[maybe_not(chance, "Action")] = one_or_more(chance, ACTION_PATTERNS)
    if not attached or chance.random() < 0.8:
        found[maybe_not(chance, "Resource")] = one_or_more(chance, RESOURCE_PATTERNS)
    if chance.random() < 0.5:
        found["Condition"] = condition(chance)
    return found


def maybe_not(chance: Random, name: str) -> str:
    return f"Not{name}" if chance.random() < 0.12 else name


def principal_element(chance: Random) -> dict | str:
    if chance.random() < 0.3:
        return "*"
    found = {"AWS": one_or_more(chance, AWS_PRINCIPALS, 3)}
    if chance.random() < 0.3:
        found["Service"] = one_or_more(chance, SERVICES)
    if chance.random() < 0.3:
        found["Federated"] = one_or_more(chance, PROVIDERS)
    return found


def condition(chance: Random) -> dict:
    block: dict = {}
    for _ in range(chance.choice((1, 1, 2))):
        kind = chance.choice(tuple(TYPED_KEYS))
        quantified = chance.random() < (0.9 if kind == "List" else 0.1)
        name = chance.choice(("ForAllValues:", "ForAnyValue:")) if quantified else ""
        name += chance.choice(OPERATORS[kind]) + chance.choice(("", "", "IfExists"))
        values = one_or_more(chance, WANTED[kind])
        if chance.random() < 0.1:
            name = chance.choice(
                ("Null", "ForAllValues:Null", "ForAnyValue:Null", "StringMatches", "NullIfExists")
            )
            values = chance.choice(("true", "false", True, "perhaps"))
        block.setdefault(name, {})[chance.choice(TYPED_KEYS[kind])] = values
    return block


def context(chance: Random) -> dict:
    found = {}
    for kind, keys in TYPED_KEYS.items():
        for key in keys:
            if not key.startswith("AWS:") and chance.random() < 0.7:
                value = chance.choice(VALUES[kind])
                if kind == "List" or chance.random() < 0.03:
                    value = [chance.choice(VALUES[kind]) for _ in range(chance.randint(0, 3))]
                found[key] = value
    if chance.random() < 0.5:
        found["aws:PrincipalAccount"] = chance.choice((*ACCOUNTS, "1:2"))
    return found


def principal(chance: Random) -> dict:
    account, name = chance.choice(ACCOUNTS), chance.choice(NAMES)
    user = f"arn:aws:iam::{account}:user/{name}"
    kinds = {
        "user": {"arn": user, "account": account, "uniqueId": f"AIDA{name.upper()}", "name": name},
        "role-session": {
            "arn": f"arn:aws:sts::{account}:assumed-role/worker/job",
            "roleArn": f"arn:aws:iam::{account}:role/path/worker",
            "account": account,
            "uniqueId": "AROAWORKER",
            "sessionName": "job",
            "serviceLinked": chance.random() < 0.1,
        },
        "federated-user": {
            "arn": f"arn:aws:sts::{account}:federated-user/guest",
            "account": account,
            "name": "guest",
            "userArn": chance.choice([user, f"arn:aws:iam::{account}:root"]),
        },
        "root": {"arn": f"arn:aws:iam::{account}:root", "account": account},
        "service": {"service": chance.choice(SERVICES)},
        "anonymous": {},
        "web-identity": {"federated": "accounts.example.com"},
        "saml": {"federated": "arn:aws:iam::111122223333:saml-provider/idp"},
    }
    kind = chance.choice(("user", "user", "role-session", "role-session", *kinds))
    return {"type": kind} | kinds[kind]


def one_or_more(chance: Random, values: tuple, most: int = 2) -> object:
    if chance.random() < 0.5:
        return chance.choice(values)
    return [chance.choice(values) for _ in range(chance.randint(1, most))]
