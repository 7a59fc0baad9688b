# What each part may do, and nothing else. "Execution" roles are what AWS starts a task with; "task" roles are what the
# code in it has.
data "aws_iam_policy_document" "trust" {
  for_each = {
    tasks      = "ecs-tasks.amazonaws.com"
    flows      = "vpc-flow-logs.amazonaws.com"
    monitoring = "monitoring.rds.amazonaws.com"
  }

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [each.value]
    }

    dynamic "condition" {
      for_each = each.key == "monitoring" ? [] : [1]

      content {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account]
      }
    }
  }
}

# Serving: the keys, the serving role's password, and what an installation adds.
locals {
  serving_secrets = concat(
    [aws_secretsmanager_secret.keys.arn, aws_secretsmanager_secret.serving.arn],
    values(var.secret_settings),
  )
  migrating_secrets = [
    aws_secretsmanager_secret.serving.arn,
    aws_db_instance.main.master_user_secret[0].secret_arn,
  ]
}

resource "aws_iam_role" "serving_execution" {
  name               = "${var.name}-serving-execution"
  assume_role_policy = data.aws_iam_policy_document.trust["tasks"].json
}

resource "aws_iam_role" "migrating_execution" {
  name               = "${var.name}-migrating-execution"
  assume_role_policy = data.aws_iam_policy_document.trust["tasks"].json
}

data "aws_iam_policy_document" "execution" {
  # checkov:skip=CKV_AWS_356: AWS gives ecr:GetAuthorizationToken for no single resource
  for_each = { serving = local.serving_secrets, migrating = local.migrating_secrets }

  statement {
    sid       = "SignInToRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid       = "FetchImage"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = ["arn:aws:ecr:*:${local.account}:repository/*"]
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.tasks.arn}:*"]
  }

  statement {
    sid       = "ReadSecrets"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = each.value
  }

  statement {
    sid       = "OpenSecrets"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.data.arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${var.region}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "serving_execution" {
  role   = aws_iam_role.serving_execution.id
  policy = data.aws_iam_policy_document.execution["serving"].json
}

resource "aws_iam_role_policy" "migrating_execution" {
  role   = aws_iam_role.migrating_execution.id
  policy = data.aws_iam_policy_document.execution["migrating"].json
}

# The code that serves: its files, and its keys. The migration has no task role at all.
resource "aws_iam_role" "serving" {
  name               = "${var.name}-serving"
  assume_role_policy = data.aws_iam_policy_document.trust["tasks"].json
}

data "aws_iam_policy_document" "serving" {
  statement {
    sid       = "Files"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    resources = ["${aws_s3_bucket.files.arn}/*"]
  }

  statement {
    # Without it S3 answers 403 where nothing is, instead of 404.
    sid       = "FindFiles"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.files.arn]
  }

  statement {
    sid       = "FilesAtRest"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.data.arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.amazonaws.com"]
    }
  }

  statement {
    sid       = "UnlockPlatformKeys"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.platform.arn]
  }
}

resource "aws_iam_role_policy" "serving" {
  role   = aws_iam_role.serving.id
  policy = data.aws_iam_policy_document.serving.json
}

resource "aws_iam_role" "flows" {
  name               = "${var.name}-flows"
  assume_role_policy = data.aws_iam_policy_document.trust["flows"].json
}

data "aws_iam_policy_document" "flows" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    resources = ["${aws_cloudwatch_log_group.flows.arn}:*"]
  }
}

resource "aws_iam_role_policy" "flows" {
  role   = aws_iam_role.flows.id
  policy = data.aws_iam_policy_document.flows.json
}

resource "aws_iam_role" "monitoring" {
  name               = "${var.name}-monitoring"
  assume_role_policy = data.aws_iam_policy_document.trust["monitoring"].json
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
