# The organization, two units, and accounts in them.

resource "aws_organizations_organization" "this" {
  feature_set = "ALL"
  enabled_policy_types = var.changed ? [
    "RESOURCE_CONTROL_POLICY", "SERVICE_CONTROL_POLICY", "TAG_POLICY"
  ] : ["SERVICE_CONTROL_POLICY", "TAG_POLICY"]
  aws_service_access_principals = var.changed ? [
    "config.amazonaws.com", "iam.amazonaws.com", "sso.amazonaws.com"
  ] : ["config.amazonaws.com", "iam.amazonaws.com"]
}

resource "aws_organizations_organizational_unit" "workloads" {
  name      = var.changed ? "Workloads" : "workloads"
  parent_id = aws_organizations_organization.this.roots[0].id
  tags      = local.tags
}

resource "aws_organizations_organizational_unit" "test" {
  name      = "test"
  parent_id = aws_organizations_organizational_unit.workloads.id
}

resource "aws_organizations_account" "dev" {
  name              = "dev"
  email             = "dev@example.com"
  parent_id         = var.changed ? aws_organizations_organizational_unit.test.id : aws_organizations_organizational_unit.workloads.id
  tags              = local.tags
}

resource "aws_organizations_account" "ops" {
  name                       = "ops"
  email                      = "ops@example.com"
  role_name                  = "Keeper"
  iam_user_access_to_billing = "ALLOW"
  depends_on                 = [aws_organizations_organization.this]
}

resource "aws_organizations_delegated_administrator" "config" {
  account_id        = aws_organizations_account.ops.id
  service_principal = "config.amazonaws.com"
  depends_on        = [aws_organizations_organization.this]
}

resource "aws_iam_organizations_features" "roots" {
  enabled_features = var.changed ? ["RootSessions"] : ["RootCredentialsManagement", "RootSessions"]
  depends_on       = [aws_organizations_organization.this]
}
