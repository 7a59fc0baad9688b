resource "aws_lb" "main" {
  # checkov:skip=CKV2_AWS_28: a web application firewall costs by the rule and is added per site (README)
  name                       = var.name
  load_balancer_type         = "application"
  subnets                    = aws_subnet.public[*].id
  security_groups            = [aws_security_group.balancer.id]
  drop_invalid_header_fields = true
  enable_deletion_protection = var.is_protected

  # Less than SEALWRIGHT_KEEP_ALIVE_S (75): no request goes into a connection that is just being closed. More than
  # SEALWRIGHT_HEARTBEAT_S (15): a stream, or a call that takes long, is not cut off.
  idle_timeout = 60

  access_logs {
    bucket  = aws_s3_bucket.requests.id
    enabled = true
  }

  depends_on = [aws_s3_bucket_policy.all]
}

resource "aws_lb_target_group" "serve" {
  # checkov:skip=CKV_AWS_378: TLS ends at the balancer; behind it is the VPC
  name        = var.name
  vpc_id      = aws_vpc.main.id
  target_type = "ip"
  protocol    = "HTTP"
  port        = local.port

  # A task that goes is taken out first, and told to end when what it had under way has had this long.
  deregistration_delay = 30

  load_balancing_algorithm_type = "least_outstanding_requests"

  health_check {
    path                = "/readyz"
    matcher             = "200"
    interval            = 5
    timeout             = 4
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.main.arn
  protocol          = "HTTPS"
  port              = 443
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.serve.arn
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.main.arn
  protocol          = "HTTP"
  port              = 80

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}
