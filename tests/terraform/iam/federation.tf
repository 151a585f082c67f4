# Identity providers and server certificates.

resource "aws_iam_openid_connect_provider" "hub" {
  url             = "https://hub.example.com"
  client_id_list  = var.changed ? ["ours", "theirs"] : ["ours"]
  thumbprint_list = [var.changed ? "9e99a48a9960b14926bb7f3b02e22da2b0ab7280" : "cf23df2207d99a74fbe169e3eba035e633b65d94"]
  tags            = local.tags
}

resource "aws_iam_saml_provider" "office" {
  name                   = "office"
  saml_metadata_document = var.changed ? var.new_saml_metadata : var.saml_metadata
  tags                   = local.tags
}

resource "aws_iam_server_certificate" "web" {
  name             = "web" # a new name with new tags: the provider sets the tags of the new name before it renames
  path             = var.changed ? "/moved/" : "/sites/"
  certificate_body = var.certificate
  private_key      = var.private_key
  tags             = local.tags
  lifecycle {
    ignore_changes = [private_key] # nothing reads it back, so an import doesn't have it
  }
}
