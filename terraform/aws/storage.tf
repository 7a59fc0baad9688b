# `files` holds tools' files and the guest image that all nodes serve; `requests` the balancer's log of requests.
resource "aws_s3_bucket" "files" {
  # checkov:skip=CKV_AWS_18: who reads is logged by the product, which is the only reader
  # checkov:skip=CKV_AWS_144: another region is a decision of its own (README)
  # checkov:skip=CKV2_AWS_62: nobody waits for events of objects
  bucket = "${local.account}-${var.name}-files"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "files" {
  bucket = aws_s3_bucket.files.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "files" {
  bucket = aws_s3_bucket.files.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "files" {
  bucket = aws_s3_bucket.files.id

  rule {
    id     = "what was removed"
    status = "Enabled"
    filter {}

    # As long as backups of the database, whose rows may name them.
    noncurrent_version_expiration {
      noncurrent_days = var.database.backup_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

resource "aws_s3_bucket" "requests" {
  # checkov:skip=CKV_AWS_18: it is the log
  # checkov:skip=CKV_AWS_21: lines are written once
  # checkov:skip=CKV_AWS_144: a log of one region
  # checkov:skip=CKV_AWS_145: balancers can write only with the keys of S3 itself
  # checkov:skip=CKV2_AWS_62: nobody waits for events of objects
  bucket        = "${local.account}-${var.name}-requests"
  force_destroy = !var.is_protected
}

resource "aws_s3_bucket_server_side_encryption_configuration" "requests" {
  bucket = aws_s3_bucket.requests.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "requests" {
  bucket = aws_s3_bucket.requests.id

  rule {
    id     = "old lines"
    status = "Enabled"
    filter {}

    expiration {
      days = var.log_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

locals {
  buckets = {
    files    = { id = aws_s3_bucket.files.id, arn = aws_s3_bucket.files.arn }
    requests = { id = aws_s3_bucket.requests.id, arn = aws_s3_bucket.requests.arn }
  }
}

resource "aws_s3_bucket_public_access_block" "all" {
  for_each                = local.buckets
  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "all" {
  for_each = local.buckets
  bucket   = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

data "aws_iam_policy_document" "buckets" {
  for_each = local.buckets

  statement {
    sid       = "OnlyByTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [each.value.arn, "${each.value.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = each.key == "requests" ? [1] : []

    content {
      sid       = "Balancer"
      actions   = ["s3:PutObject"]
      resources = ["${each.value.arn}/AWSLogs/${local.account}/*"]

      principals {
        type        = "Service"
        identifiers = ["logdelivery.elasticloadbalancing.amazonaws.com"]
      }
    }
  }
}

resource "aws_s3_bucket_policy" "all" {
  for_each = local.buckets
  bucket   = each.value.id
  policy   = data.aws_iam_policy_document.buckets[each.key].json
}
