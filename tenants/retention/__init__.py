"""How long what grows is kept; and all of one tenant, given out or removed."""
