"""What `tools/list` says of a tenant's tools."""
