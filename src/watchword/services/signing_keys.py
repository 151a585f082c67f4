"""The condition keys that all of S3's actions have: how a request is signed and sent.

Source: Service Authorization Reference, "Amazon S3"; Amazon S3 User Guide, "Amazon S3 policy keys".
"""

from watchword.access.demand import ContextValue
from watchword.services.operation import Call

Context = dict[str, ContextValue]


def signing_keys(call: Call) -> Context:
    """Those of this call."""
    context: Context = {}
    if not call.caller.anonymous:
        means = call.caller.means
        context["s3:authType"], context["s3:signatureversion"] = means.form, means.version
        if means.age is not None:
            context["s3:signatureAge"] = str(means.age)
    if hashed := call.request.header("x-amz-content-sha256"):
        context["s3:x-amz-content-sha256"] = hashed
    if call.request.tls:
        context["s3:TlsVersion"] = call.request.tls
    return context
