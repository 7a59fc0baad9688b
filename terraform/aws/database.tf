# PostgreSQL in two zones. Its master user owns the tables and is used by the migration task alone; servers have the role
# `sealwright`, which may read and write rows and nothing else.
locals {
  database = "sealwright"
  owner    = "sealwright_owner"
  serving  = "sealwright"
}

resource "aws_db_subnet_group" "main" {
  name       = var.name
  subnet_ids = aws_subnet.database[*].id
}

resource "aws_db_parameter_group" "main" {
  name_prefix = "${var.name}-"
  family      = "postgres17"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "main" {
  # checkov:skip=CKV_AWS_161: roles have passwords; tokens of IAM end after 15 minutes, and connections are opened any time
  # checkov:skip=CKV2_AWS_30: statements hold data of tenants; those that take a second or more are logged
  identifier     = var.name
  engine         = "postgres"
  engine_version = "17"
  instance_class = var.database.class
  multi_az       = true

  db_name                       = local.database
  username                      = local.owner
  manage_master_user_password   = true
  master_user_secret_kms_key_id = aws_kms_key.data.arn

  storage_type          = "gp3"
  allocated_storage     = var.database.gib
  max_allocated_storage = var.database.gib_most
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.data.arn

  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.database.id]
  parameter_group_name   = aws_db_parameter_group.main.name
  publicly_accessible    = false
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  backup_retention_period   = var.database.backup_days
  copy_tags_to_snapshot     = true
  deletion_protection       = var.is_protected
  skip_final_snapshot       = !var.is_protected
  final_snapshot_identifier = "${var.name}-last"

  auto_minor_version_upgrade      = true
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.monitoring.arn
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.data.arn
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
}

# The serving role's password: made here, kept in no state, given to the role by the migration task. Another one is made
# by raising the version, applying, and applying again with -replace=terraform_data.migration.
ephemeral "random_password" "serving" {
  length  = 40
  special = false
}

resource "aws_secretsmanager_secret" "serving" {
  # checkov:skip=CKV2_AWS_57: changed by hand with a release (README): both sides have to know at once
  name       = "${var.name}/database"
  kms_key_id = aws_kms_key.data.arn
}

resource "aws_secretsmanager_secret_version" "serving" {
  secret_id                = aws_secretsmanager_secret.serving.id
  secret_string_wo         = ephemeral.random_password.serving.result
  secret_string_wo_version = 1
}

# The platform's keys. Made and put here by hand, once (README): what seals everything else is in no state and no plan.
resource "aws_secretsmanager_secret" "keys" {
  # checkov:skip=CKV2_AWS_57: changed by `sealwright keys`, which wraps anew what the old ones wrap
  name                    = "${var.name}/keys"
  kms_key_id              = aws_kms_key.data.arn
  recovery_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}
