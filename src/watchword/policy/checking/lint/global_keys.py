"""The condition keys that every service knows, with their types.

Source: IAM User Guide, "AWS global condition context keys".
"""

from collections.abc import Mapping

GLOBAL_KEYS: Mapping[str, str] = {
    key.lower(): kind
    for kind, keys in {
        "String": """
            aws:CalledViaAWSMCP aws:CalledViaFirst aws:CalledViaLast aws:Ec2InstanceSourceVpc
            aws:FederatedProvider aws:PrincipalAccount aws:PrincipalOrgID aws:PrincipalServiceName
            aws:PrincipalType aws:Referer aws:RequestedRegion aws:ResourceAccount aws:ResourceOrgID
            aws:SourceAccount aws:SourceIdentity aws:SourceOrgID aws:SourceOwner aws:SourceVpc
            aws:SourceVpce aws:UserAgent aws:UserId aws:UserName aws:VpceAccount aws:VpceOrgID
            aws:PrincipalTag/ aws:RequestTag/ aws:ResourceTag/
            """,
        "ArrayOfString": """
            aws:CalledVia aws:PrincipalOrgPaths aws:PrincipalServiceNamesList aws:ResourceOrgPaths
            aws:SourceOrgPaths aws:TagKeys aws:VpceOrgPaths
            """,
        "ARN": "aws:ChatbotSourceArn aws:PrincipalArn aws:SignInSessionArn aws:SourceArn aws:SourceVpcArn",
        "Bool": """
            aws:AssumedRoot aws:IsMcpServiceAction aws:MultiFactorAuthPresent aws:PrincipalIsAWSService
            aws:SecureTransport aws:ViaAWSMCPService aws:ViaAWSService
            """,
        "Date": "aws:CurrentTime aws:EpochTime aws:TokenIssueTime",
        "IPAddress": "aws:Ec2InstanceSourcePrivateIPv4 aws:SourceIp aws:VpcSourceIp",
        "Numeric": "aws:MultiFactorAuthAge",
    }.items()
    for key in keys.split()
}
"""The type of each global key; one that ends in a slash is followed by the key of a tag."""

REPLACED: Mapping[str, str] = {"aws:arn": "aws:PrincipalArn or aws:SourceArn"}
"""Deprecated keys, and what to use instead."""
