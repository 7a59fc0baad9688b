# `serve` behind the balancer and `worker` beside it: one image, two commands. Neither keeps anything that the other, or
# the next one in its place, has to have.
locals {
  port = 8000

  environment = merge({
    SEALWRIGHT_PUBLIC_URL           = "https://${var.domain}"
    SEALWRIGHT_DATABASE_URL         = "postgresql://${local.serving}@${local.address}?${local.tls}"
    SEALWRIGHT_DATABASE_CONNECTIONS = tostring(var.connections)
    SEALWRIGHT_STORAGE_URL          = "s3://${aws_s3_bucket.files.id}?region=${var.region}"
    # The balancer's subnets: whoever else says X-Forwarded-For is not believed.
    SEALWRIGHT_TRUSTED_PROXIES = join(",", aws_subnet.public[*].cidr_block)
    AWS_REGION                 = var.region
  }, var.settings)

  address = "${aws_db_instance.main.address}:5432/${local.database}"
  tls     = "sslmode=verify-full&sslrootcert=/etc/sealwright/certificates/rds.pem"

  secrets = merge({
    SEALWRIGHT_SECRETS_KEYS = aws_secretsmanager_secret.keys.arn
    PGPASSWORD              = aws_secretsmanager_secret.serving.arn
  }, var.secret_settings)

  services = {
    # Servers leave building to workers, whose number follows the queue.
    serve  = merge(var.serve, { environment = { SEALWRIGHT_BUILD_TASKS = "0" } })
    worker = merge(var.worker, { environment = {} })
  }

  # In common to every container: nothing of the root is written, nobody is root, the kernel's privileges are dropped.
  container = {
    image                  = var.image
    essential              = true
    readonlyRootFilesystem = true
    user                   = "10001:10001"
    versionConsistency     = "enabled"
    linuxParameters        = { capabilities = { drop = ["ALL"] } }

    mountPoints = [
      { sourceVolume = "data", containerPath = "/var/lib/sealwright" },
      { sourceVolume = "tmp", containerPath = "/tmp" },
    ]
  }
}

resource "aws_cloudwatch_log_group" "tasks" {
  # checkov:skip=CKV_AWS_338: how long is a variable; a year is not every team's wish
  name              = "/${var.name}/tasks"
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.data.arn
}

resource "aws_ecs_cluster" "main" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_task_definition" "service" {
  for_each                 = local.services
  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.serving_execution.arn
  task_role_arn            = aws_iam_role.serving.arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  ephemeral_storage {
    size_in_gib = var.disk_gib
  }

  volume {
    name = "data"
  }

  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([merge(local.container, {
    name    = each.key
    command = [each.key]

    environment = [
      for name, value in merge(local.environment, each.value.environment) : { name = name, value = value }
    ]

    secrets      = [for name, arn in local.secrets : { name = name, valueFrom = arn }]
    portMappings = each.key == "serve" ? [{ containerPort = local.port, protocol = "tcp" }] : []

    # ECS does not read the image's own HEALTHCHECK; this is the same.
    healthCheck = {
      command     = ["CMD-SHELL", "test -n \"$(find \"$SEALWRIGHT_PULSE_FILE\" -newermt '-30 seconds')\""]
      interval    = 15
      timeout     = 5
      retries     = 3
      startPeriod = 90
    }

    # A server gives requests under way 20 s and then closes what it has open.
    stopTimeout = 60
    ulimits     = [{ name = "nofile", softLimit = 65536, hardLimit = 65536 }]

    logConfiguration = {
      logDriver = "awslogs"

      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.tasks.name
        "awslogs-region"        = var.region
        "awslogs-stream-prefix" = each.key
        mode                    = "non-blocking"
        "max-buffer-size"       = "25m"
      }
    }
  })])
}

resource "aws_ecs_service" "main" {
  for_each                           = local.services
  name                               = each.key
  cluster                            = aws_ecs_cluster.main.id
  task_definition                    = aws_ecs_task_definition.service[each.key].arn
  desired_count                      = var.running ? each.value.least : 0
  launch_type                        = "FARGATE"
  platform_version                   = "LATEST"
  propagate_tags                     = "SERVICE"
  availability_zone_rebalancing      = "ENABLED"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = each.key == "serve" ? 120 : null
  wait_for_steady_state              = var.running

  network_configuration {
    subnets         = aws_subnet.tasks[*].id
    security_groups = [aws_security_group.tasks.id]
  }

  # A release whose tasks do not become healthy is taken back by ECS; the schema is newer then, which the old one serves.
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  dynamic "load_balancer" {
    for_each = each.key == "serve" ? [1] : []

    content {
      target_group_arn = aws_lb_target_group.serve.arn
      container_name   = each.key
      container_port   = local.port
    }
  }

  lifecycle {
    ignore_changes = [desired_count] # autoscaling's
  }

  depends_on = [terraform_data.migration, aws_lb_listener.https]
}
