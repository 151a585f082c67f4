# The account's own settings.

resource "aws_iam_account_alias" "account" {
  account_alias = "terraformed"
}

resource "aws_iam_account_password_policy" "account" {
  allow_users_to_change_password = true
  hard_expiry                    = var.changed
  max_password_age               = var.changed ? 90 : null
  minimum_password_length        = var.changed ? 20 : 12
  password_reuse_prevention      = var.changed ? 5 : 3
  require_lowercase_characters   = true
  require_numbers                = true
  require_symbols                = var.changed
  require_uppercase_characters   = true
}

resource "aws_iam_security_token_service_preferences" "account" {
  global_endpoint_token_version = var.changed ? "v1Token" : "v2Token"
}
