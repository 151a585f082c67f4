variable "changed" {
  default = false
}

variable "account" {}

data "aws_ssoadmin_instances" "here" {}

locals {
  instance  = data.aws_ssoadmin_instances.here.arns[0]
  directory = data.aws_ssoadmin_instances.here.identity_store_ids[0]
}

resource "aws_identitystore_user" "ann" {
  identity_store_id = local.directory
  user_name         = "ann"
  display_name      = var.changed ? "Ann E." : "Ann Example"
  title             = var.changed ? null : "Engineer"

  name {
    given_name  = "Ann"
    family_name = "Example"
  }

  emails {
    value   = var.changed ? "ann.example@example.com" : "ann@example.com"
    primary = true
  }

  addresses {
    locality = "Oslo"
    primary  = true
  }

  phone_numbers {
    value = "+47 1234"
    type  = "work"
  }
}

resource "aws_identitystore_group" "ops" {
  identity_store_id = local.directory
  display_name      = "ops"
  description       = var.changed ? "On call" : "Operations"
}

resource "aws_identitystore_group_membership" "ann" {
  identity_store_id = local.directory
  group_id          = aws_identitystore_group.ops.group_id
  member_id         = aws_identitystore_user.ann.user_id
}

resource "aws_iam_policy" "team" {
  name = "Team"
  path = "/team/"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:ListBucket", Resource = "*" }]
  })
}

resource "aws_ssoadmin_permission_set" "operators" {
  instance_arn     = local.instance
  name             = "Operators"
  description      = var.changed ? "Operators on call" : "Operators"
  session_duration = var.changed ? "PT8H" : "PT2H"
  relay_state      = "https://console.example.com/"
  tags             = { team = var.changed ? "blue" : "red" }
}

resource "aws_ssoadmin_managed_policy_attachment" "read" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.operators.arn
  managed_policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
  depends_on         = [aws_ssoadmin_account_assignment.ops]
}

resource "aws_ssoadmin_customer_managed_policy_attachment" "team" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.operators.arn

  customer_managed_policy_reference {
    name = aws_iam_policy.team.name
    path = aws_iam_policy.team.path
  }
}

resource "aws_ssoadmin_permission_set_inline_policy" "own" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.operators.arn
  inline_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = var.changed ? "s3:Get*" : "s3:List*", Resource = "*" }]
  })
}

resource "aws_ssoadmin_permissions_boundary_attachment" "limit" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.operators.arn

  permissions_boundary {
    managed_policy_arn = "arn:aws:iam::aws:policy/PowerUserAccess"
  }
}

resource "aws_ssoadmin_account_assignment" "ops" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.operators.arn
  principal_id       = aws_identitystore_group.ops.group_id
  principal_type     = "GROUP"
  target_id          = var.account
  target_type        = "AWS_ACCOUNT"
  depends_on         = [aws_ssoadmin_customer_managed_policy_attachment.team]
}

data "aws_identitystore_user" "found" {
  identity_store_id = local.directory

  alternate_identifier {
    unique_attribute {
      attribute_path  = "UserName"
      attribute_value = aws_identitystore_user.ann.user_name
    }
  }
}

data "aws_identitystore_group" "found" {
  identity_store_id = local.directory

  alternate_identifier {
    unique_attribute {
      attribute_path  = "DisplayName"
      attribute_value = aws_identitystore_group.ops.display_name
    }
  }
}

data "aws_ssoadmin_permission_set" "found" {
  instance_arn = local.instance
  name         = aws_ssoadmin_permission_set.operators.name
}

output "same" {
  value = (
    data.aws_identitystore_user.found.user_id == aws_identitystore_user.ann.user_id
    && data.aws_identitystore_group.found.group_id == aws_identitystore_group.ops.group_id
    && data.aws_ssoadmin_permission_set.found.arn == aws_ssoadmin_permission_set.operators.arn
  )
}
