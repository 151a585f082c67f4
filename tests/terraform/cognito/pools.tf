variable "changed" {
  default = false
}

locals {
  pools = "cognito-identity.amazonaws.com"
}

resource "aws_iam_openid_connect_provider" "idp" {
  url            = "https://idp.example.com"
  client_id_list = ["photos"]
}

resource "aws_cognito_identity_pool" "photos" {
  identity_pool_name               = var.changed ? "photos of all" : "photos"
  allow_unauthenticated_identities = !var.changed
  allow_classic_flow               = var.changed
  developer_provider_name          = "login.example"
  openid_connect_provider_arns     = [aws_iam_openid_connect_provider.idp.arn]
  saml_provider_arns               = var.changed ? [] : ["arn:aws:iam::123456789012:saml-provider/office"]
  supported_login_providers        = { "accounts.google.com" = "photos" }

  cognito_identity_providers {
    client_id               = "photos"
    provider_name           = "cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdefghi"
    server_side_token_check = false
  }

  tags = { team = var.changed ? "blue" : "red" }
}

resource "aws_cognito_identity_pool" "plain" {
  identity_pool_name = "plain"
}

resource "aws_iam_role" "of_pool" {
  for_each = toset(["authenticated", "unauthenticated"])
  name     = each.key

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]
      Principal = { Federated = local.pools }
      Condition = {
        StringEquals             = { "${local.pools}:aud" = aws_cognito_identity_pool.photos.id }
        "ForAnyValue:StringLike" = { "${local.pools}:amr" = each.key }
      }
    }]
  })
}

resource "aws_cognito_identity_pool_roles_attachment" "photos" {
  identity_pool_id = aws_cognito_identity_pool.photos.id
  roles            = { for kind, role in aws_iam_role.of_pool : kind => role.arn }

  role_mapping {
    identity_provider         = "idp.example.com"
    ambiguous_role_resolution = "AuthenticatedRole"
    type                      = "Rules"

    mapping_rule {
      claim      = "department"
      match_type = var.changed ? "StartsWith" : "Equals"
      role_arn   = aws_iam_role.of_pool["authenticated"].arn
      value      = "red"
    }
  }
}

resource "aws_cognito_identity_pool_provider_principal_tag" "idp" {
  identity_pool_id       = aws_cognito_identity_pool.photos.id
  identity_provider_name = "idp.example.com"
  use_defaults           = false
  principal_tags         = { team = var.changed ? "department" : "group" }
}

data "aws_cognito_identity_pool" "photos" {
  identity_pool_name = aws_cognito_identity_pool.photos.identity_pool_name
}

check "data_source" {
  assert {
    condition     = data.aws_cognito_identity_pool.photos.id == aws_cognito_identity_pool.photos.id
    error_message = "the data source reads another pool"
  }
}
