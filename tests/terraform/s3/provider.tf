terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

# Where the server is and who calls it is in the environment.
provider "aws" {
  s3_use_path_style = true
}

variable "changed" {
  description = "Whether everything that can change in place has changed."
  type        = bool
}
