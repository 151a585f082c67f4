"""Subjects: who got a session with a certificate, and with which certificates.

Source: IAM Roles Anywhere API Reference, GetSubject, ListSubjects.
"""

from watchword.names import nouns
from watchword.services.operation import Call, Operation, Output, reads
from watchword.services.rolesanywhere import pages
from watchword.services.rolesanywhere.named import current, on, on_everything
from watchword.store.rolesanywhere import subjects
from watchword.store.rolesanywhere.subjects import Subject, Use

KIND = nouns.SUBJECT


def get_subject(call: Call) -> Output:
    """GetSubject."""
    subject: Subject = current(call, KIND)
    uses = subjects.uses(call.tx, subject.id)
    credentials = list(map(_credential, uses))
    properties = [
        {"seenAt": use.seen, "properties": dict(use.properties), "failed": False}
        for use in uses
        if use.properties
    ]
    return {"subject": {**described(subject), "credentials": credentials, "instanceProperties": properties}}


def list_subjects(call: Call) -> Output:
    """ListSubjects."""
    return pages.listed(call, subjects.page, "subjects", described)


def described(subject: Subject) -> Output:
    """SubjectSummary."""
    return {
        "subjectArn": subject.arn,
        "subjectId": subject.id,
        "enabled": subject.enabled,
        "x509Subject": subject.x509_subject,
        "lastSeenAt": subject.seen,
        "createdAt": subject.created,
        "updatedAt": subject.seen,
    }


def _credential(use: Use) -> Output:
    return {
        "seenAt": use.seen,
        "serialNumber": use.serial,
        "issuer": use.issuer,
        "enabled": True,
        "x509CertificateData": use.certificate,
        "failed": False,
    }


OPERATIONS: dict[str, Operation] = {
    "GetSubject": reads(get_subject, on(KIND)),
    "ListSubjects": reads(list_subjects, on_everything),
}
