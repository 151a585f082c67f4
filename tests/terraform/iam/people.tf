# Users, groups, what they hold and what they sign in with.

resource "aws_iam_user" "ann" {
  name                 = "ann"
  path                 = var.changed ? "/people/" : "/"
  permissions_boundary = var.changed ? aws_iam_policy.reading.arn : "arn:aws:iam::aws:policy/PowerUserAccess"
  tags                 = local.tags
}

resource "aws_iam_user" "bob" {
  name          = var.changed ? "robert" : "bob"
  force_destroy = true
}

resource "aws_iam_group" "staff" {
  name = var.changed ? "everybody" : "staff"
  path = "/people/"
}

resource "aws_iam_group" "crew" {
  name = "crew"
}

resource "aws_iam_group_membership" "staff" {
  name  = "staff"
  group = aws_iam_group.staff.name
  users = var.changed ? [aws_iam_user.ann.name, aws_iam_user.bob.name] : [aws_iam_user.bob.name]
}

resource "aws_iam_user_group_membership" "bob" {
  user   = aws_iam_user.bob.name
  groups = [aws_iam_group.crew.name]
}

resource "aws_iam_user_policy" "own" {
  name   = "own"
  user   = aws_iam_user.ann.name
  policy = data.aws_iam_policy_document.reading.json
}

resource "aws_iam_user_policies_exclusive" "ann" {
  user_name    = aws_iam_user.ann.name
  policy_names = [aws_iam_user_policy.own.name]
}

resource "aws_iam_user_policy_attachment" "reading" {
  user       = aws_iam_user.ann.name
  policy_arn = aws_iam_policy.reading.arn
}

resource "aws_iam_user_policy_attachments_exclusive" "ann" {
  user_name = aws_iam_user.ann.name
  policy_arns = concat(
    [aws_iam_user_policy_attachment.reading.policy_arn],
    var.changed ? [aws_iam_policy.prefixed.arn] : [],
  )
  depends_on = [aws_iam_policy_attachment.prefixed]
}

resource "aws_iam_group_policy" "own" {
  name_prefix = "own-"
  group       = aws_iam_group.crew.name
  policy      = data.aws_iam_policy_document.reading.json
}

resource "aws_iam_group_policies_exclusive" "crew" {
  group_name   = aws_iam_group.crew.name
  policy_names = [aws_iam_group_policy.own.name]
}

resource "aws_iam_group_policy_attachment" "reading" {
  group      = aws_iam_group.crew.name
  policy_arn = var.changed ? "arn:aws:iam::aws:policy/ReadOnlyAccess" : aws_iam_policy.reading.arn
}

resource "aws_iam_group_policy_attachments_exclusive" "crew" {
  group_name  = aws_iam_group.crew.name
  policy_arns = [aws_iam_group_policy_attachment.reading.policy_arn]
}

resource "aws_iam_access_key" "ann" {
  user   = aws_iam_user.ann.name
  status = var.changed ? "Inactive" : "Active"
}

resource "aws_iam_user_login_profile" "ann" {
  user                    = aws_iam_user.ann.name
  password_length         = 24
  password_reset_required = true
  depends_on              = [aws_iam_account_password_policy.account]
  lifecycle {
    ignore_changes = [password_length, password_reset_required] # an import doesn't have them
  }
}

resource "aws_iam_virtual_mfa_device" "phone" {
  virtual_mfa_device_name = "phone"
  path                    = "/people/"
  tags                    = local.tags
}

resource "aws_iam_user_ssh_key" "ann" {
  username   = aws_iam_user.ann.name
  encoding   = "SSH"
  public_key = var.public_key
  status     = var.changed ? "Inactive" : "Active"
}

resource "aws_iam_signing_certificate" "ann" {
  user_name        = aws_iam_user.ann.name
  certificate_body = var.certificate
  status           = var.changed ? "Inactive" : "Active"
}

resource "aws_iam_service_specific_credential" "ann" {
  service_name = "codecommit.amazonaws.com"
  user_name    = aws_iam_user.ann.name
  status       = var.changed ? "Inactive" : "Active"
}
