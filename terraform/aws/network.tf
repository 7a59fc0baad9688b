# Three rows of subnets: the balancer's, the tasks', the database's. Only the first is reached from outside, and only the
# second reaches out.
resource "aws_vpc" "main" {
  cidr_block           = var.network
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = var.name }
}

# The group that a VPC has by default allows everything within; nothing is in it, and it allows nothing.
resource "aws_default_security_group" "unused" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "public" {
  count             = var.zones
  vpc_id            = aws_vpc.main.id
  availability_zone = local.zones[count.index]
  cidr_block        = cidrsubnet(var.network, 8, count.index)
  tags              = { Name = "${var.name}-public-${count.index}" }
}

resource "aws_subnet" "tasks" {
  count             = var.zones
  vpc_id            = aws_vpc.main.id
  availability_zone = local.zones[count.index]
  cidr_block        = cidrsubnet(var.network, 4, count.index + 1)
  tags              = { Name = "${var.name}-tasks-${count.index}" }
}

resource "aws_subnet" "database" {
  count             = var.zones
  vpc_id            = aws_vpc.main.id
  availability_zone = local.zones[count.index]
  cidr_block        = cidrsubnet(var.network, 8, count.index + 8)
  tags              = { Name = "${var.name}-database-${count.index}" }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table_association" "public" {
  count          = var.zones
  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}

resource "aws_eip" "nat" {
  # checkov:skip=CKV2_AWS_19: it is a NAT gateway's, each of them
  count  = var.nat_in_each_zone ? var.zones : 1
  domain = "vpc"
}

resource "aws_nat_gateway" "main" {
  count         = length(aws_eip.nat)
  allocation_id = aws_eip.nat[count.index].id
  subnet_id     = aws_subnet.public[count.index].id
  depends_on    = [aws_internet_gateway.main]
}

resource "aws_route_table" "tasks" {
  count  = var.zones
  vpc_id = aws_vpc.main.id

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.main[var.nat_in_each_zone ? count.index : 0].id
  }
}

resource "aws_route_table_association" "tasks" {
  count          = var.zones
  subnet_id      = aws_subnet.tasks[count.index].id
  route_table_id = aws_route_table.tasks[count.index].id
}

# Files do not go through the NAT gateways, which cost by the gigabyte.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.main.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = aws_route_table.tasks[*].id
}

resource "aws_security_group" "balancer" {
  name        = "${var.name}-balancer"
  description = "From callers to the balancer, from there to servers"
  vpc_id      = aws_vpc.main.id
}

resource "aws_security_group" "tasks" {
  name        = "${var.name}-tasks"
  description = "From the balancer to servers; from tasks to the database and out"
  vpc_id      = aws_vpc.main.id
}

resource "aws_security_group" "database" {
  name        = "${var.name}-database"
  description = "From tasks to the database"
  vpc_id      = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "callers" {
  for_each          = { for pair in setproduct(var.callers, [80, 443]) : "${pair[0]} ${pair[1]}" => pair }
  security_group_id = aws_security_group.balancer.id
  description       = "Callers; port 80 only sends them to 443"
  cidr_ipv4         = each.value[0]
  ip_protocol       = "tcp"
  from_port         = each.value[1]
  to_port           = each.value[1]
}

resource "aws_vpc_security_group_egress_rule" "to_servers" {
  security_group_id            = aws_security_group.balancer.id
  description                  = "Servers"
  referenced_security_group_id = aws_security_group.tasks.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_ingress_rule" "from_balancer" {
  security_group_id            = aws_security_group.tasks.id
  description                  = "The balancer"
  referenced_security_group_id = aws_security_group.balancer.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_egress_rule" "out" {
  for_each          = { for port in var.ports_out : tostring(port) => port }
  security_group_id = aws_security_group.tasks.id
  description       = "What tools call, AWS itself included"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_egress_rule" "to_database" {
  security_group_id            = aws_security_group.tasks.id
  description                  = "The database"
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_vpc_security_group_ingress_rule" "from_tasks" {
  security_group_id            = aws_security_group.database.id
  description                  = "Tasks"
  referenced_security_group_id = aws_security_group.tasks.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_cloudwatch_log_group" "flows" {
  # checkov:skip=CKV_AWS_338: how long is a variable; a year is not every team's wish
  name              = "/${var.name}/flows"
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.data.arn
}

resource "aws_flow_log" "main" {
  vpc_id          = aws_vpc.main.id
  traffic_type    = "REJECT"
  log_destination = aws_cloudwatch_log_group.flows.arn
  iam_role_arn    = aws_iam_role.flows.arn
}
