# Tasks are added when any of a service's targets is missed, and taken away when all are well below. How long work waits
# is told by every process once a minute, in its log: {"event": "waiting", "runs": 3, "versions": 0, "oldest_s": 4.2}.
resource "aws_cloudwatch_log_metric_filter" "queue_age" {
  name           = "${var.name}-queue-age"
  log_group_name = aws_cloudwatch_log_group.tasks.name
  pattern        = "{ $.event = \"waiting\" }"

  metric_transformation {
    namespace = var.name
    name      = "QueueAge"
    value     = "$.oldest_s"
    unit      = "Seconds"
  }
}

resource "aws_appautoscaling_target" "service" {
  for_each           = local.services
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.main[each.key].name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.running ? each.value.least : 0
  max_capacity       = var.running ? each.value.most : 0
}

resource "aws_appautoscaling_policy" "cpu" {
  for_each           = aws_appautoscaling_target.service
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = each.value.service_namespace
  resource_id        = each.value.resource_id
  scalable_dimension = each.value.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_out_cooldown = 60
    scale_in_cooldown  = 300

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

resource "aws_appautoscaling_policy" "queue_age" {
  name               = "queue-age"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.service["worker"].service_namespace
  resource_id        = aws_appautoscaling_target.service["worker"].resource_id
  scalable_dimension = aws_appautoscaling_target.service["worker"].scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = var.queue_age_s
    scale_out_cooldown = 120
    scale_in_cooldown  = 300

    customized_metric_specification {
      namespace   = aws_cloudwatch_log_metric_filter.queue_age.metric_transformation[0].namespace
      metric_name = aws_cloudwatch_log_metric_filter.queue_age.metric_transformation[0].name
      statistic   = "Maximum"
      unit        = "Seconds"
    }
  }
}
