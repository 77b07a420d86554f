# Versions, state and provider of this root. The lock file that init writes belongs into version control.

terraform {
  required_version = ">= 1.11.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.66"
    }
  }

  # One state per root, beside the generated folders, so that generating again cannot touch it.
  backend "local" {
    path = "../state/link.tfstate"
  }
}

# The Region that this root's calls go to; a resource of another Region says so in its own region argument.
provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = {
      Environment = "dev-test"
    }
  }
}

# Outputs of the root global, which is applied before this one.
data "terraform_remote_state" "global" {
  backend = "local"

  config = {
    path = "../state/global.tfstate"
  }
}

locals {
  global     = data.terraform_remote_state.global.outputs
  us_east_1  = data.terraform_remote_state.us_east_1.outputs
  us_west_2  = data.terraform_remote_state.us_west_2.outputs
  account_id = data.aws_caller_identity.current.account_id
}

# Outputs of the root us-east-1, which is applied before this one.
data "terraform_remote_state" "us_east_1" {
  backend = "local"

  config = {
    path = "../state/us-east-1.tfstate"
  }
}

# Outputs of the root us-west-2, which is applied before this one.
data "terraform_remote_state" "us_west_2" {
  backend = "local"

  config = {
    path = "../state/us-west-2.tfstate"
  }
}

# Only the account number is used, to write ARNs by name instead of with wildcards.
data "aws_caller_identity" "current" {}
