terraform {
  # 1.11 brought write-only arguments: a password made here is never in the state.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0, < 7.0"
    }
    random = {
      source  = "hashicorp/random"
      version = ">= 3.7, < 4.0"
    }
  }

  # Where the state lies is said at `terraform init -backend-config=backend.hcl` (backend.hcl.example).
  backend "s3" {}
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { Application = var.name }
  }
}

data "aws_caller_identity" "here" {}

data "aws_availability_zones" "here" {
  # checkov:skip=CKV_AWS_394: a zone that is added comes last by name and is not among the first ones
  state = "available"
}

locals {
  account = data.aws_caller_identity.here.account_id
  zones   = slice(data.aws_availability_zones.here.names, 0, var.zones)
}
