"""Who is asking, for REST, OAuth and MCP alike: people at browsers, bearers of tokens, and what each may spend."""
