# Each alarm is one that a person has to act on. What scaling mends by itself has none.
resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = aws_kms_key.data.arn
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each  = var.alarm_emails
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

# Lines of the level error are faults of ours, by design of the log.
resource "aws_cloudwatch_log_metric_filter" "faults" {
  name           = "${var.name}-faults"
  log_group_name = aws_cloudwatch_log_group.tasks.name
  pattern        = "{ ($.level = \"error\") || ($.level = \"critical\") }"

  metric_transformation {
    namespace     = var.name
    name          = "Faults"
    value         = "1"
    default_value = "0"
  }
}

locals {
  of_balancer = { LoadBalancer = aws_lb.main.arn_suffix }
  of_servers  = { LoadBalancer = aws_lb.main.arn_suffix, TargetGroup = aws_lb_target_group.serve.arn_suffix }
  of_database = { DBInstanceIdentifier = aws_db_instance.main.identifier }
  gib         = 1024 * 1024 * 1024

  alarms = {
    servers-gone = {
      says      = "Fewer than two servers are ready.", namespace = "AWS/ApplicationELB", metric = "HealthyHostCount"
      statistic = "Minimum", below = true, than = 2, minutes = 3, dimensions = local.of_servers, missing = "breaching"
    }
    no-answer = {
      says      = "The balancer found no server to ask.", namespace = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count"
      statistic = "Sum", below = false, than = 20, minutes = 3, dimensions = local.of_balancer, missing = "notBreaching"
    }
    failing = {
      says      = "Servers answer with faults.", namespace = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count"
      statistic = "Sum", below = false, than = 20, minutes = 3, dimensions = local.of_servers, missing = "notBreaching"
    }
    slow = {
      says      = "One request in a hundred takes longer than 10 s.", namespace = "AWS/ApplicationELB", metric = "TargetResponseTime"
      statistic = "p99", below = false, than = 10, minutes = 10, dimensions = local.of_servers, missing = "notBreaching"
    }
    waiting = {
      says      = "Work waits although workers were added.", namespace = var.name, metric = "QueueAge"
      statistic = "Maximum", below = false, than = var.queue_age_s * 15, minutes = 10, dimensions = {}, missing = "ignore"
    }
    silent = {
      says      = "No process has told for ten minutes what waits: none lives, or logs do not arrive.", namespace = var.name, metric = "QueueAge"
      statistic = "SampleCount", below = true, than = 1, minutes = 10, dimensions = {}, missing = "breaching"
    }
    faults = {
      says      = "Lines of the level error: faults of the product, with their tracebacks.", namespace = var.name, metric = "Faults"
      statistic = "Sum", below = false, than = 10, minutes = 5, dimensions = {}, missing = "notBreaching"
    }
    database-cpu = {
      says      = "The database computes all the time.", namespace = "AWS/RDS", metric = "CPUUtilization"
      statistic = "Average", below = false, than = 80, minutes = 15, dimensions = local.of_database, missing = "breaching"
    }
    database-disk = {
      says      = "The database's disk is nearly full, and grows no more.", namespace = "AWS/RDS", metric = "FreeStorageSpace"
      statistic = "Minimum", below = true, than = 5 * local.gib, minutes = 5, dimensions = local.of_database, missing = "breaching"
    }
    database-memory = {
      says      = "The database has hardly any memory left.", namespace = "AWS/RDS", metric = "FreeableMemory"
      statistic = "Minimum", below = true, than = local.gib / 4, minutes = 15, dimensions = local.of_database, missing = "breaching"
    }
    database-connections = {
      says      = "More connections than all tasks may have: they do not give them back.", namespace = "AWS/RDS", metric = "DatabaseConnections"
      statistic = "Maximum", below = false, than = local.connections_most, minutes = 5, dimensions = local.of_database, missing = "notBreaching"
    }
  }

  # Twice as many tasks while a release is rolled out.
  connections_most = 2 * (var.serve.most + var.worker.most) * (var.connections + 3)
}

resource "aws_cloudwatch_metric_alarm" "all" {
  for_each            = var.running ? local.alarms : {}
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = each.value.below ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = each.value.than
  period              = 60
  evaluation_periods  = each.value.minutes
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}
