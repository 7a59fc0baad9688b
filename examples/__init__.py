"""Tools a business would run, and the local services they talk to."""
