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
