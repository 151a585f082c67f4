"""The services that this server knows, as a table: to add a service, add a row.

A row repeats those facts of the model that recognising a request needs, so that no model has to be read for
it. A test compares every row with its model.
Source: `metadata` of the AWS service models; for `invalid_input` each service's API Reference, "Errors".
What doesn't belong here: shapes and operations (model), messages of errors (faults).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from watchword.wire import iam, s3, signin, sso_oidc
from watchword.wire.dialect import STANDARD, Dialect
from watchword.wire.faults import ErrorFormat

Protocol = Literal["query", "json", "rest-json", "rest-xml"]


@dataclass(frozen=True, slots=True)
class Row:
    """One service of the table."""

    name: str
    protocol: Protocol
    signing_name: str
    """The service's name in the credential scope of signatures."""
    version: str
    """The API version; query services have it in the parameter Version."""
    target: str = ""
    """Of json services: what X-Amz-Target has before the dot."""
    json_version: str = ""
    invalid_input: str = ""
    """The error code for values that violate the model; empty: the protocol's."""
    dialect: Dialect = STANDARD
    host_prefix: str = ""
    """What clients put before the host's name for some operations."""
    event_source: str = ""
    """What CloudTrail calls it, where that isn't the signing name."""
    header: str = ""
    """The header that tells its requests from those of the service with the same signing name. Clients put
    its value, and a dot, before the host's name."""

    @property
    def error_format(self) -> ErrorFormat:
        """How errors are written. Smithy 2.0, "AWS restXml protocol": as query services do, by default."""
        return self.dialect.error_format or ("query" if self.protocol == "rest-xml" else self.protocol)


ROWS = (
    Row("iam", "query", "iam", "2010-05-08", dialect=iam.DIALECT),
    Row("sts", "query", "sts", "2011-06-15"),
    Row("s3", "rest-xml", "s3", "2006-03-01", dialect=s3.DIALECT),
    Row("s3control", "rest-xml", "s3", "2018-08-20", header="x-amz-account-id"),
    Row(
        "organizations",
        "json",
        "organizations",
        "2016-11-28",
        target="AWSOrganizationsV20161128",
        json_version="1.1",
        invalid_input="InvalidInputException",
    ),
    Row("lambda", "rest-json", "lambda", "2015-03-31"),
    Row(
        "cognito-identity",
        "json",
        "cognito-identity",
        "2014-06-30",
        target="AWSCognitoIdentityService",
        json_version="1.1",
        invalid_input="InvalidParameterException",
    ),
    Row("eks", "rest-json", "eks", "2017-11-01", invalid_input="InvalidParameterException"),
    Row("eks-auth", "rest-json", "eks-auth", "2023-11-26", invalid_input="InvalidParameterException"),
    Row("rolesanywhere", "rest-json", "rolesanywhere", "2018-05-10", invalid_input="ValidationException"),
    Row(
        "sso",
        "rest-json",
        "awsssoportal",
        "2019-06-10",
        invalid_input="InvalidRequestException",
        event_source="sso",
    ),
    Row(
        "sso-oidc",
        "rest-json",
        "sso-oauth",
        "2019-06-10",
        invalid_input="InvalidRequestException",
        dialect=sso_oidc.DIALECT,
    ),
    Row(
        "identitystore",
        "json",
        "identitystore",
        "2020-06-15",
        target="AWSIdentityStore",
        json_version="1.1",
        invalid_input="ValidationException",
    ),
    Row(
        "sso-admin",
        "json",
        "sso",
        "2020-07-20",
        target="SWBExternalService",
        json_version="1.1",
        invalid_input="ValidationException",
    ),
    Row(
        "stepfunctions",
        "json",
        "states",
        "2016-11-23",
        target="AWSStepFunctions",
        json_version="1.0",
        host_prefix="sync-",
    ),
    Row(
        "signin",
        "rest-json",
        "signin",
        "2023-01-01",
        invalid_input="ValidationException",
        dialect=signin.DIALECT,
    ),
    Row(
        "cloudtrail",
        "json",
        "cloudtrail",
        "2013-11-01",
        target="com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
        json_version="1.1",
    ),
    Row(
        "accessanalyzer",
        "rest-json",
        "access-analyzer",
        "2019-11-01",
        invalid_input="ValidationException",
    ),
)

SERVICES: Mapping[str, Row] = {row.name: row for row in ROWS}
FALLBACK = SERVICES["s3"]
"""The service of unsigned requests that no other service takes: S3's objects can be public."""
