# A company: many tenants, a thousand calls a second and more, ten thousand tools. From 4,100 USD a month (README).
# Still to be said: region, domain, certificate_arn, image, alarm_emails.
zones            = 3
nat_in_each_zone = true

serve  = { cpu = 4096, memory = 16384, least = 6, most = 24 }
worker = { cpu = 4096, memory = 16384, least = 6, most = 24 }

database    = { class = "db.r7g.2xlarge", gib = 500, gib_most = 4000, backup_days = 35 }
connections = 20
disk_gib    = 100
log_days    = 365
