# A team: some tens of calls a second, hundreds of tools. About 380 USD a month (README).
# Still to be said: region, domain, certificate_arn, image, alarm_emails.
zones            = 2
nat_in_each_zone = false

serve  = { cpu = 1024, memory = 4096, least = 2, most = 4 }
worker = { cpu = 2048, memory = 8192, least = 1, most = 4 }

database    = { class = "db.t4g.medium", gib = 50, gib_most = 200, backup_days = 14 }
connections = 10
log_days    = 30
