"""Several processes on one PostgreSQL and one S3 server, killed, rolled and cut off under load: `./dev cluster`."""
