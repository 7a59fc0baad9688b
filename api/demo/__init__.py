"""The demo: local services to talk to, and the main job told once from beginning to end over HTTP and MCP."""
