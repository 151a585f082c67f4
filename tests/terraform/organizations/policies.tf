# Policies of two types, and where they are attached; the organization's resource policy.

data "aws_iam_policy_document" "regions" {
  statement {
    sid         = "Regions"
    effect      = "Deny"
    not_actions = ["iam:*", "organizations:*", "sts:*"]
    resources   = ["*"]

    condition {
      test     = "StringNotEquals"
      variable = "aws:RequestedRegion"
      values   = var.changed ? ["eu-central-1", "eu-west-1"] : ["eu-central-1"]
    }
  }
}

resource "aws_organizations_policy" "regions" {
  name        = var.changed ? "Regions" : "regions"
  description = var.changed ? "Where we work" : null
  content     = data.aws_iam_policy_document.regions.json
  tags        = local.tags
  depends_on  = [aws_organizations_organization.this]
}

resource "aws_organizations_policy" "tags" {
  name = "tags"
  type = "TAG_POLICY"
  content = jsonencode({
    tags = { team = { tag_key = { "@@assign" = var.changed ? "Team" : "team" } } }
  })
  depends_on = [aws_organizations_organization.this]
}

resource "aws_organizations_policy_attachment" "root" {
  policy_id = aws_organizations_policy.regions.id
  target_id = aws_organizations_organization.this.roots[0].id
}

resource "aws_organizations_policy_attachment" "unit" {
  policy_id = aws_organizations_policy.tags.id
  target_id = aws_organizations_organizational_unit.workloads.id
}

resource "aws_organizations_policy_attachment" "account" {
  policy_id = aws_organizations_policy.regions.id
  target_id = aws_organizations_account.dev.id
}

resource "aws_organizations_resource_policy" "this" {
  content = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Read"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${aws_organizations_account.ops.id}:root" }
      Action    = var.changed ? ["organizations:Describe*", "organizations:List*"] : ["organizations:Describe*"]
      Resource  = "*"
    }]
  })
  tags = local.tags
}
