"""The MCP edge: each tenant's tools at `/t/{tenant}/mcp`, in both protocol eras, for bearers only."""
