"""What guests of a pool can reach at most, whatever their role allows (the enhanced flow).

Their sessions have two session policies, of which one must allow what they do: the list below, inline, and a
managed policy of AWS.
Source: Amazon Cognito Developer Guide, "IAM roles", "Access policies", "Services that guests can reach"; the
managed policy says the same of itself.
"""

import json

SERVICES = (
    *("appsync", "cloudwatch", "codewhisperer", "cognito-identity", "cognito-idp", "cognito-sync"),
    *("comprehend", "dynamodb", "execute-api", "firehose", "gamelift", "iot", "kinesis", "lambda", "lex"),
    *("logs", "machinelearning", "mobileanalytics", "mobiletargeting", "personalize", "polly"),
    *("rekognition", "s3", "sdb", "ses", "sns", "sqs", "transcribe", "translate"),
)
ACTIONS = ("sagemaker:InvokeEndpoint", "textract:AnalyzeDocument", "textract:DetectDocumentText")
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": [*(f"{service}:*" for service in SERVICES), *ACTIONS],
            "Resource": "*",
        },
    },
    separators=(",", ":"),
)
MANAGED = "arn:aws:iam::aws:policy/AmazonCognitoUnAuthedIdentitiesSessionPolicy"
