"""Request and response bodies: the public shapes, strict on the way in."""
