"""How messages come and go over HTTP, in both eras."""
