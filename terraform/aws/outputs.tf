output "balancer" {
  description = "What the domain's record points at (an alias, or a CNAME)."
  value       = { name = aws_lb.main.dns_name, zone = aws_lb.main.zone_id }
}

output "keys_secret" {
  description = "The secret that the platform's keys are put into, once."
  value       = aws_secretsmanager_secret.keys.name
}

output "keys_lock" {
  description = "What `sealwright keys new --kms` is given."
  value       = aws_kms_alias.platform.name
}

output "connections_most" {
  description = "Connections that all tasks may have in the middle of a release: the database's max_connections has to be more."
  value       = local.connections_most
}

output "addresses_out" {
  description = "The addresses that tools call from, for firewalls of others."
  value       = aws_eip.nat[*].public_ip
}
