"""Whether what came in is signed by who says so: webhooks' HMACs and JWTs. One reader for real and canned hosts."""
