# Managed policies and their documents.

data "aws_iam_policy_document" "reading" {
  statement {
    sid       = "Reading"
    actions   = var.changed ? ["s3:GetObject", "s3:ListBucket"] : ["s3:GetObject"]
    resources = ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["true"]
    }
  }
}

data "aws_iam_policy_document" "trusting" {
  statement {
    actions = var.changed ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_user.ann.arn, "arn:aws:iam::${local.account}:root"]
    }
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_policy" "reading" {
  name        = "reading"
  path        = "/reports/"
  description = "Reads reports"
  policy      = data.aws_iam_policy_document.reading.json
  tags        = local.tags
}

resource "aws_iam_policy" "prefixed" {
  name_prefix = "prefixed-"
  policy      = data.aws_iam_policy_document.reading.json
}

# Exclusive: it is attached to these and to nothing else.
resource "aws_iam_policy_attachment" "prefixed" {
  name       = "prefixed"
  policy_arn = aws_iam_policy.prefixed.arn
  users      = var.changed ? [aws_iam_user.ann.name, aws_iam_user.bob.name] : [aws_iam_user.bob.name]
  groups     = [aws_iam_group.staff.name]
  roles      = var.changed ? [] : [aws_iam_role.worker.name]
}
