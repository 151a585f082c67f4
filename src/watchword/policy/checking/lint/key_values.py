"""Values of condition keys whose form is known: networks, endpoints, Regions, services, encryption keys.

Source: IAM User Guide, "AWS global condition context keys"; AWS KMS Developer Guide, `kms:ViaService`;
Amazon S3 User Guide, `s3:x-amz-server-side-encryption-aws-kms-key-id`. A value with a wildcard, under an
operator that knows them, or with a variable is taken to be right.
"""

import re
from typing import Final

from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.subject import Found, Subject, is_open
from watchword.policy.evaluation.conditions import NULL

_IDENTIFIER = "(?:[0-9a-z]{8}|[0-9a-z]{17})"
_FORMS: Final = {
    "aws:sourcevpc": ("Invalid vpc format", rf"vpc-{_IDENTIFIER}", "vpc- and 8 or 17 letters and digits"),
    "aws:sourcevpce": ("Invalid vpce format", rf"vpce-{_IDENTIFIER}", "vpce- and 8 or 17 letters and digits"),
    "kms:viaservice": (
        "Invalid service principal format",
        r"[a-z0-9-]+\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?",
        "service.region.amazonaws.com",
    ),
    "s3:x-amz-server-side-encryption-aws-kms-key-id": (
        "Invalid kms key value",
        r"arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9A-Za-z-]+",
        "the ARN of a key, to which S3 changes every other way to name it",
    ),
} | dict.fromkeys(
    """
    aws:calledvia aws:calledviafirst aws:calledvialast aws:principalservicename
    aws:principalservicenameslist iam:awsservicename iam:passedtoservice
    """.split(),  # noqa: SIM905 a table of names
    (
        "Invalid service principal format",
        r"(?:[a-z0-9-]+\.)+(?:amazonaws\.com(?:\.cn)?|aws\.internal)",
        "service.amazonaws.com",
    ),
)
_REGION: Final = "aws:requestedregion"


def key_values(subject: Subject) -> Found:
    """Under the operators that compare texts."""
    regions = subject.catalogue.regions("*") if _REGION in subject.keys and subject.catalogue else None
    for condition, found, path in subject.conditions():
        key = condition.key.lower()
        if found.name == NULL or found.comparison.kind not in ("String", "ARN"):
            continue
        for index, text in enumerate(condition.values):
            if is_open(text):
                continue
            if key == _REGION and regions and text not in regions:
                yield Finding("Invalid Region", f"There is no Region {text}.", (*path, index))
            if key in _FORMS and not re.fullmatch(_FORMS[key][1], text, re.ASCII):
                check, _, wanted = _FORMS[key]
                yield Finding(check, f"{text} is not of the form {wanted}.", (*path, index))
