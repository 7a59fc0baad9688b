"""Alerts: what a tenant's people want to hear of once it begins, and once it is over, by letter and by webhook."""
