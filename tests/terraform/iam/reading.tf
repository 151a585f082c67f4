# Every data source. A value that isn't the one that was written fails the run.

data "aws_iam_account_alias" "account" {
  depends_on = [aws_iam_account_alias.account]
  lifecycle {
    postcondition {
      condition     = self.account_alias == "terraformed"
      error_message = "another alias"
    }
  }
}

data "aws_iam_user" "ann" {
  user_name = aws_iam_user.ann.name
  lifecycle {
    postcondition {
      condition     = self.user_id == aws_iam_user.ann.unique_id && self.tags == aws_iam_user.ann.tags_all
      error_message = "another user"
    }
    postcondition {
      condition     = self.permissions_boundary == aws_iam_user.ann.permissions_boundary
      error_message = "another boundary"
    }
  }
}

data "aws_iam_users" "all" {
  name_regex = "^ann$"
  depends_on = [aws_iam_user.ann]
  lifecycle {
    postcondition {
      condition     = one(self.names) == "ann" && one(self.arns) == aws_iam_user.ann.arn
      error_message = "other users"
    }
  }
}

data "aws_iam_group" "staff" {
  group_name = aws_iam_group.staff.name
  depends_on = [aws_iam_group_membership.staff]
  lifecycle {
    postcondition {
      condition     = self.group_id == aws_iam_group.staff.unique_id
      error_message = "another group"
    }
    postcondition {
      condition     = toset(self.users[*].user_name) == aws_iam_group_membership.staff.users
      error_message = "other members"
    }
  }
}

data "aws_iam_access_keys" "ann" {
  user       = aws_iam_user.ann.name
  depends_on = [aws_iam_access_key.ann]
  lifecycle {
    postcondition {
      condition     = one(self.access_keys[*].access_key_id) == aws_iam_access_key.ann.id
      error_message = "other keys"
    }
    postcondition {
      condition     = one(self.access_keys[*].status) == aws_iam_access_key.ann.status
      error_message = "another status"
    }
  }
}

data "aws_iam_user_ssh_key" "ann" {
  username          = aws_iam_user.ann.name
  ssh_public_key_id = aws_iam_user_ssh_key.ann.ssh_public_key_id
  encoding          = "SSH"
  lifecycle {
    postcondition {
      condition     = self.public_key == var.public_key && self.fingerprint == aws_iam_user_ssh_key.ann.fingerprint
      error_message = "another key"
    }
  }
}

data "aws_iam_policy" "reading" {
  name       = aws_iam_policy.reading.name
  depends_on = [aws_iam_user_policy_attachment.reading]
  lifecycle {
    postcondition {
      condition     = self.arn == aws_iam_policy.reading.arn && self.policy == aws_iam_policy.reading.policy
      error_message = "another policy"
    }
    postcondition {
      condition     = self.description == "Reads reports" && self.tags == aws_iam_policy.reading.tags_all
      error_message = "described otherwise"
    }
  }
}

data "aws_iam_policy" "administrator" {
  arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

data "aws_iam_role" "worker" {
  name = aws_iam_role.worker.name
  lifecycle {
    postcondition {
      condition     = self.unique_id == aws_iam_role.worker.unique_id && self.tags == aws_iam_role.worker.tags_all
      error_message = "another role"
    }
    postcondition {
      condition     = jsondecode(self.assume_role_policy) == jsondecode(aws_iam_role.worker.assume_role_policy)
      error_message = "another trust policy"
    }
  }
}

data "aws_iam_roles" "machines" {
  path_prefix = "/machines/"
  depends_on  = [aws_iam_role.worker]
  lifecycle {
    postcondition {
      condition     = one(self.names) == "worker"
      error_message = "other roles"
    }
  }
}

data "aws_iam_instance_profile" "machines" {
  name = aws_iam_instance_profile.machines.name
  lifecycle {
    postcondition {
      condition     = self.role_name == aws_iam_instance_profile.machines.role && self.path == "/machines/"
      error_message = "another instance profile"
    }
  }
}

data "aws_iam_instance_profiles" "machines" {
  role_name = aws_iam_instance_profile.machines.role
  lifecycle {
    postcondition {
      condition     = one(self.names) == "machines"
      error_message = "other instance profiles"
    }
  }
}

data "aws_iam_openid_connect_provider" "by_url" {
  url        = "https://${aws_iam_openid_connect_provider.hub.url}"
  depends_on = [aws_iam_openid_connect_provider.hub]
  lifecycle {
    postcondition {
      condition     = toset(self.client_id_list) == toset(aws_iam_openid_connect_provider.hub.client_id_list)
      error_message = "other client ids"
    }
    postcondition {
      condition     = toset(self.thumbprint_list) == toset(aws_iam_openid_connect_provider.hub.thumbprint_list)
      error_message = "other thumbprints"
    }
  }
}

data "aws_iam_saml_provider" "office" {
  arn = aws_iam_saml_provider.office.arn
  lifecycle {
    postcondition {
      condition     = self.name == "office" && self.saml_metadata_document == aws_iam_saml_provider.office.saml_metadata_document
      error_message = "another SAML provider"
    }
  }
}

data "aws_iam_server_certificate" "latest" {
  name_prefix = "web"
  path_prefix = aws_iam_server_certificate.web.path
  latest      = true
  lifecycle {
    postcondition {
      condition     = self.arn == aws_iam_server_certificate.web.arn && trimspace(self.certificate_body) == trimspace(var.certificate)
      error_message = "another certificate"
    }
  }
}

data "aws_iam_session_context" "worker" {
  arn = "arn:aws:sts::${local.account}:assumed-role/${aws_iam_role.worker.name}/session"
  lifecycle {
    postcondition {
      condition     = self.issuer_arn == aws_iam_role.worker.arn && self.issuer_id == aws_iam_role.worker.unique_id
      error_message = "another issuer"
    }
  }
}

data "aws_iam_principal_policy_simulation" "ann" {
  policy_source_arn = aws_iam_user.ann.arn
  action_names      = ["s3:GetObject"]
  resource_arns     = ["arn:aws:s3:::reports/2026"]
  context {
    key    = "aws:SecureTransport"
    type   = "boolean"
    values = ["true"]
  }
  depends_on = [aws_iam_user_policy_attachment.reading, aws_iam_user_policy.own]
  lifecycle {
    postcondition {
      condition     = self.all_allowed
      error_message = "what her policies allow is refused"
    }
  }
}

data "aws_iam_principal_policy_simulation" "refused" {
  policy_source_arn = aws_iam_user.ann.arn
  action_names      = ["s3:PutObject"]
  depends_on        = [aws_iam_user_policy_attachment.reading, aws_iam_user_policy.own]
  lifecycle {
    postcondition {
      condition     = !self.all_allowed && one(self.results).decision == "implicitDeny"
      error_message = "what nothing allows isn't refused"
    }
  }
}
