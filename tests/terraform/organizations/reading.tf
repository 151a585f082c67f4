# Each data source, and what it must read.

locals {
  root = aws_organizations_organization.this.roots[0].id
}

data "aws_organizations_organization" "this" {
  depends_on = [aws_organizations_account.dev, aws_organizations_account.ops]

  lifecycle {
    postcondition {
      condition     = length(self.accounts) == 3 && self.master_account_id == local.account && length(self.non_master_accounts) == 2
      error_message = "The accounts aren't there."
    }
  }
}

data "aws_organizations_organizational_unit" "workloads" {
  parent_id  = local.root
  name       = aws_organizations_organizational_unit.workloads.name
  depends_on = [aws_organizations_organizational_unit.test]
}

data "aws_organizations_organizational_units" "below_root" {
  parent_id  = local.root
  depends_on = [aws_organizations_organizational_unit.test]

  lifecycle {
    postcondition {
      condition     = [for each in self.children : each.id] == [aws_organizations_organizational_unit.workloads.id]
      error_message = "The unit isn't below the root."
    }
  }
}

data "aws_organizations_organizational_unit_descendant_organizational_units" "all" {
  parent_id  = local.root
  depends_on = [aws_organizations_organizational_unit.test]

  lifecycle {
    postcondition {
      condition     = length(self.children) == 2
      error_message = "There are two units."
    }
  }
}

data "aws_organizations_organizational_unit_child_accounts" "of_root" {
  parent_id  = local.root
  depends_on = [aws_organizations_account.dev, aws_organizations_account.ops]

  lifecycle {
    postcondition {
      condition     = length(self.accounts) == 2
      error_message = "The management account and ops are right below the root."
    }
  }
}

data "aws_organizations_organizational_unit_descendant_accounts" "all" {
  parent_id  = local.root
  depends_on = [aws_organizations_account.dev, aws_organizations_account.ops]

  lifecycle {
    postcondition {
      condition     = length(self.accounts) == 3
      error_message = "There are three accounts."
    }
  }
}

data "aws_organizations_delegated_administrators" "config" {
  service_principal = aws_organizations_delegated_administrator.config.service_principal

  lifecycle {
    postcondition {
      condition     = [for each in self.delegated_administrators : each.name] == ["ops"]
      error_message = "ops administers it."
    }
  }
}

data "aws_organizations_delegated_services" "ops" {
  account_id = aws_organizations_delegated_administrator.config.account_id
}

data "aws_organizations_policies" "scps" {
  filter     = "SERVICE_CONTROL_POLICY"
  depends_on = [aws_organizations_policy.regions]

  lifecycle {
    postcondition {
      condition     = toset(self.ids) == toset(["p-FullAWSAccess", aws_organizations_policy.regions.id])
      error_message = "Both policies are listed."
    }
  }
}

data "aws_organizations_policies_for_target" "root" {
  target_id  = local.root
  filter     = "SERVICE_CONTROL_POLICY"
  depends_on = [aws_organizations_policy_attachment.root]

  lifecycle {
    postcondition {
      condition     = toset(self.ids) == toset(["p-FullAWSAccess", aws_organizations_policy.regions.id])
      error_message = "Both policies are attached."
    }
  }
}

data "aws_organizations_policy" "full" {
  policy_id  = "p-FullAWSAccess"
  depends_on = [aws_organizations_organization.this]

  lifecycle {
    postcondition {
      condition     = self.aws_managed && self.arn == "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
      error_message = "It is AWS's."
    }
  }
}

data "aws_organizations_resource_tags" "dev" {
  resource_id = aws_organizations_account.dev.id

  lifecycle {
    postcondition {
      condition     = self.tags["step"] == local.tags.step
      error_message = "The account has its tags."
    }
  }
}
