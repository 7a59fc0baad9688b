# The schema goes first: one task makes the serving role what it should be and then runs `sealwright migrate`, which old
# and new servers bear beside them. Services are changed only when it has ended well.
resource "aws_ecs_task_definition" "migrate" {
  family                   = "${var.name}-migrate"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 512
  memory                   = 1024
  execution_role_arn       = aws_iam_role.migrating_execution.arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  volume {
    name = "data"
  }

  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([for one in local.migration : merge(local.container, one, {
    environment = [
      { name = "SEALWRIGHT_DATABASE_URL", value = "postgresql://${local.owner}@${local.address}?${local.tls}" },
      { name = "SERVING_ROLE", value = local.serving },
    ]

    logConfiguration = {
      logDriver = "awslogs"

      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.tasks.name
        "awslogs-region"        = var.region
        "awslogs-stream-prefix" = "migrate"
      }
    }
  })])
}

locals {
  owner_password   = { name = "PGPASSWORD", valueFrom = "${aws_db_instance.main.master_user_secret[0].secret_arn}:password::" }
  serving_password = { name = "SERVING_PASSWORD", valueFrom = aws_secretsmanager_secret.serving.arn }

  migration = [
    {
      name       = "role"
      essential  = false
      entryPoint = ["python", "-c", file("${path.module}/serving_role.py")]
      command    = []
      secrets    = [local.owner_password, local.serving_password]
      dependsOn  = []
    },
    {
      name       = "migrate"
      essential  = true
      entryPoint = ["/usr/bin/tini", "--", "sealwright"]
      command    = ["migrate", "--serving-role", local.serving]
      secrets    = [local.owner_password]
      dependsOn  = [{ containerName = "role", condition = "SUCCESS" }]
    },
  ]
}

resource "terraform_data" "migration" {
  triggers_replace = [aws_ecs_task_definition.migrate.arn]

  provisioner "local-exec" {
    command = "${path.module}/migrate.sh"

    environment = {
      AWS_REGION     = var.region
      CLUSTER        = aws_ecs_cluster.main.name
      TASK           = aws_ecs_task_definition.migrate.arn
      SUBNETS        = join(",", aws_subnet.tasks[*].id)
      SECURITY_GROUP = aws_security_group.tasks.id
      LOGS           = aws_cloudwatch_log_group.tasks.name
    }
  }

  depends_on = [
    aws_iam_role_policy.migrating_execution,
    aws_nat_gateway.main,
    aws_route_table_association.tasks,
    aws_secretsmanager_secret_version.serving,
    aws_vpc_security_group_egress_rule.out,
    aws_vpc_security_group_egress_rule.to_database,
    aws_vpc_security_group_ingress_rule.from_tasks,
  ]
}
