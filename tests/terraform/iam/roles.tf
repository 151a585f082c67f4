# Roles, what they hold and where they are used.

resource "aws_iam_role" "worker" {
  name                 = "worker"
  path                 = "/machines/"
  description          = var.changed ? "Works more" : "Works"
  assume_role_policy   = data.aws_iam_policy_document.trusting.json
  max_session_duration = var.changed ? 7200 : 3600
  permissions_boundary = var.changed ? null : aws_iam_policy.reading.arn
  tags                 = local.tags
}

# Its policies in its own block, as older configurations have them.
resource "aws_iam_role" "older" {
  name_prefix           = "older-"
  force_detach_policies = true
  assume_role_policy    = data.aws_iam_policy_document.trusting.json
  inline_policy {
    name   = var.changed ? "second" : "first"
    policy = data.aws_iam_policy_document.reading.json
  }
  managed_policy_arns = var.changed ? [] : [aws_iam_policy.reading.arn]
}

resource "aws_iam_role_policy" "own" {
  name   = "own"
  role   = aws_iam_role.worker.id
  policy = data.aws_iam_policy_document.reading.json
}

resource "aws_iam_role_policies_exclusive" "worker" {
  role_name    = aws_iam_role.worker.name
  policy_names = [aws_iam_role_policy.own.name]
}

resource "aws_iam_role_policy_attachment" "reading" {
  role       = aws_iam_role.worker.name
  policy_arn = aws_iam_policy.reading.arn
}

resource "aws_iam_role_policy_attachments_exclusive" "worker" {
  role_name = aws_iam_role.worker.name
  policy_arns = concat(
    [aws_iam_role_policy_attachment.reading.policy_arn],
    var.changed ? [] : [aws_iam_policy.prefixed.arn],
  )
  depends_on = [aws_iam_policy_attachment.prefixed]
}

resource "aws_iam_instance_profile" "machines" {
  name = "machines"
  path = "/machines/"
  role = var.changed ? aws_iam_role.older.name : aws_iam_role.worker.name
  tags = local.tags
}

resource "aws_iam_service_linked_role" "scaling" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = "terraformed"
  description      = var.changed ? "Scales more" : "Scales"
  tags             = local.tags
}
