terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

# Where the server is and who calls it is in the environment.
provider "aws" {
  default_tags {
    tags = { made_by = "terraform" }
  }
}

variable "changed" {
  description = "Whether everything that can change in place has changed."
  type        = bool
}

variable "certificate" {
  description = "An X.509 certificate in PEM."
  type        = string
}

variable "private_key" {
  description = "The private key of the certificate, in PEM."
  type        = string
}

variable "public_key" {
  description = "A public key as SSH writes it."
  type        = string
}

variable "saml_metadata" {
  description = "What an identity provider says about itself."
  type        = string
}

variable "new_saml_metadata" {
  description = "The same, with another certificate."
  type        = string
}

data "aws_caller_identity" "root" {}

locals {
  account = data.aws_caller_identity.root.account_id
  tags    = { step = var.changed ? "second" : "first" }
}
