"""Resources: ARNs part by part, each against the forms that the service's resource types have.

Source: IAM User Guide, "IAM ARNs"; AWS Service Authorization Reference, resource types of each service.
A part with a wildcard or a variable is taken to be right. Regions are known, but not which resource types
exist in which of them.
"""

import re
from collections.abc import Sequence
from typing import Final

from watchword.names.ids import is_account_id
from watchword.policy.checking.catalogue import ArnForm, Catalogue
from watchword.policy.checking.findings import Finding
from watchword.policy.checking.lint.subject import Found, Subject, is_open, under
from watchword.policy.checking.validate import DocumentKind
from watchword.policy.language.grammar import EVERYONE
from watchword.policy.language.match import glob

_PARTS: Final = 6
_OWNERS: Final = ("aws", "aws-managed", "amazon", "aws-marketplace", "third-party")
"""Words that ARNs have instead of an account that is AWS's own."""
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_WORD = re.compile(r"[^/:]*[/:]?")
_BUCKET = re.compile(r"arn:[^:]*:s3:[^:]*:[^:]*:.+", re.DOTALL)


def arns(subject: Subject) -> Found:
    """Every resource that isn't `*`."""
    for text, path in subject.resources():
        if text != EVERYONE:
            yield from under(path, _arn(text, subject.catalogue))
            if subject.kind is DocumentKind.S3_BUCKET and text.startswith("arn:") and not _BUCKET.match(text):
                details = f"{text} is no bucket and no object of one."
                yield Finding("Unsupported resource ARN in policy", details, path)


def _arn(text: str, catalogue: Catalogue | None) -> Found:
    parts = text.split(":", _PARTS - 1)
    if parts[0] != "arn":
        yield Finding("Invalid ARN prefix", f"{text} doesn't start with arn:.")
        return
    if len(parts) < _PARTS:
        yield Finding("Missing ARN field", f"{text} has {len(parts)} of {_PARTS} parts.")
        return
    _, _, service, _, account, name = parts
    if not name:
        yield Finding("Invalid ARN resource", f"{text} names no resource.")
    if service != service.lower() and not is_open(service):
        yield Finding("Invalid ARN service case", f"The service is {service.lower()}, in lower case.")
        return
    if account and not is_open(account) and not is_account_id(account) and account not in _OWNERS:
        yield Finding("Invalid ARN account", f"{account} is not a 12-digit account.")
    if any("${" in part and not re.fullmatch(r"(?:[^$]|\$\{[*?$]\})*", part) for part in parts[:5]):
        details = "Only the resource part of an ARN takes variables; here a variable matches nothing."
        yield Finding("Variable unsupported in element", details)
    if catalogue is not None:
        yield from _against(parts, catalogue)


def _against(parts: Sequence[str], catalogue: Catalogue) -> Found:
    _, partition, service, region, _, name = parts
    regions = catalogue.regions(partition)
    if not is_open(partition) and not regions:
        known = ", ".join(sorted(catalogue.partitions))
        yield Finding("Invalid partition", f"There is no partition {partition}, but {known}.")
    elif region and not is_open(region) and region not in (regions or catalogue.regions("*")):
        yield Finding("Invalid ARN Region", f"The partition {partition} has no Region {region}.")
    if is_open(service):
        return
    if not catalogue.in_arns(service):
        yield Finding("Invalid service", f"There is no service {service}.")
    elif name:
        yield from _form(parts, catalogue.arn_forms(service))


def _form(parts: Sequence[str], forms: tuple[ArnForm, ...]) -> Found:
    service, region, account, name = parts[2:]
    meant = _VARIABLE.sub("*", name)
    fitting = _fitting(forms, meant)
    if not fitting and forms and account not in _OWNERS and not _like_one(forms, meant):
        shapes = ", ".join(dict.fromkeys(each.resource for each in forms[:5]))
        details = f"{name} is not of a form that resources of {service} have, such as {shapes}."
        yield Finding("Invalid ARN resource", details)
    if not fitting:
        return
    what = f"A resource of {service} like this"
    if region and not is_open(region) and not any(each.region for each in fitting):
        yield Finding("ARN Region not allowed", f"{what} has no Region in its ARN.")
    if account and not is_open(account) and not any(each.account for each in fitting):
        yield Finding("ARN account not allowed", f"{what} has no account in its ARN.")
    if not region and all(each.region for each in fitting):
        yield Finding("Missing ARN Region", f"{what} has a Region in its ARN.")
    if not account and all(each.account for each in fitting):
        yield Finding("Missing ARN account", f"{what} has an account in its ARN.")


def _fitting(forms: tuple[ArnForm, ...], text: str) -> list[ArnForm]:
    """The forms that some resource which the text matches can have."""
    if not is_open(text):
        return [each for each in forms if glob(each.resource)(text)]
    head, tail = re.split(r"[*?]", text, maxsplit=1)[0], re.split(r"[*?]", text)[-1]
    return [
        each
        for each in forms
        if (each.head.startswith(head) or head.startswith(each.head))
        and (each.tail.endswith(tail) or tail.endswith(each.tail))
    ]


def _like_one(forms: tuple[ArnForm, ...], text: str) -> bool:
    """Whether it at least starts with the word of a resource type: the catalogue lacks some forms."""
    word = _WORD.match(text)
    words = {found.group() for each in forms if (found := _WORD.match(each.resource))}
    return word is not None and ("*" in word.group() or word.group() in words or "" in words)
