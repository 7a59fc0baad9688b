variable "name" {
  description = "What everything is named after."
  type        = string
  default     = "sealwright"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "A name has 2 to 21 small letters, digits and hyphens, and begins with a letter."
  }
}

variable "region" {
  description = "The AWS region."
  type        = string
}

variable "domain" {
  description = "The name that people and agents call, such as tools.acme.com. Its record points at the output `balancer`."
  type        = string
}

variable "certificate_arn" {
  description = "An issued ACM certificate for the domain, in this region."
  type        = string
}

variable "image" {
  description = "The container image, by digest: REPOSITORY@sha256:..., so that all tasks of a release run the same."
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "Name the image by its digest, REPOSITORY@sha256:..., not by a tag: a tag can mean something else tomorrow."
  }
}

variable "architecture" {
  description = "What the image was built for: ARM64 costs a fifth less, X86_64 is what the measurements were made on."
  type        = string
  default     = "X86_64"

  validation {
    condition     = contains(["X86_64", "ARM64"], var.architecture)
    error_message = "X86_64 or ARM64."
  }
}

variable "running" {
  description = "False for the first apply: services need keys that are put into the secret by hand (README)."
  type        = bool
  default     = true
}

variable "zones" {
  description = "Availability zones: 2 or 3."
  type        = number
  default     = 2

  validation {
    condition     = contains([2, 3], var.zones)
    error_message = "2 or 3 zones."
  }
}

variable "network" {
  description = "The VPC's addresses, a /16."
  type        = string
  default     = "10.60.0.0/16"
}

variable "nat_in_each_zone" {
  description = "A NAT gateway in each zone: tools go on calling out when a zone is lost. False: one for all."
  type        = bool
  default     = true
}

variable "callers" {
  description = "Networks that may call the balancer."
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "ports_out" {
  description = "TCP ports that tools may reach outside: the web, and mail submission. Databases of tenants need theirs."
  type        = set(number)
  default     = [80, 443, 465, 587]
}

variable "serve" {
  description = "Tasks of `sealwright serve`: CPU units, MiB of memory, how many at least and at most."
  type        = object({ cpu = number, memory = number, least = number, most = number })
}

variable "worker" {
  description = "Tasks of `sealwright worker`: the same."
  type        = object({ cpu = number, memory = number, least = number, most = number })
}

variable "disk_gib" {
  description = "Disk of a task: the guest image, its native code and that of tools. Fargate gives 21 to 200."
  type        = number
  default     = 30
}

variable "database" {
  description = "RDS: instance class, GiB at first and at most, days of backups."
  type        = object({ class = string, gib = number, gib_most = number, backup_days = number })
}

variable "connections" {
  description = "SEALWRIGHT_DATABASE_CONNECTIONS: each process has at most these and three of its own."
  type        = number
  default     = 20
}

variable "settings" {
  description = "Further settings of both services, by their whole name (docs/settings.md)."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.settings) : startswith(name, "SEALWRIGHT_")])
    error_message = "Settings begin with SEALWRIGHT_."
  }
}

variable "secret_settings" {
  description = "Further settings of both services that are secret: name to the ARN of a secret of Secrets Manager."
  type        = map(string)
  default     = {}
}

variable "queue_age_s" {
  description = "How long the oldest waiting run or version should wait, in seconds: workers are added above it."
  type        = number
  default     = 20
}

variable "log_days" {
  description = "How long logs are kept, in days."
  type        = number
  default     = 90
}

variable "alarm_emails" {
  description = "Who is told of alarms."
  type        = set(string)
  default     = []
}

variable "is_protected" {
  description = "Whether database and balancer refuse to be deleted."
  type        = bool
  default     = true
}
