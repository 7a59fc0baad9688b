"""Peers for the MCP benchmark: `python mcp_peer.py fastmcp|sdk PORT` serves an echo tool with no auth, no sandbox."""

import sys
from typing import Any

import uvicorn


def fastmcp_app() -> Any:
    from fastmcp import FastMCP

    server: Any = FastMCP("peer")

    @server.tool
    def echo(text: str) -> dict[str, str]:
        return {"echo": text}

    return server.http_app(path="/mcp", stateless_http=True)


def sdk_app() -> Any:
    import contextlib

    import mcp_types as types
    from mcp.server.lowlevel.server import Server
    from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
    from starlette.applications import Starlette
    from starlette.routing import Route

    schema = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}

    async def on_list_tools(context: Any, params: Any) -> Any:
        return types.ListToolsResult(tools=[types.Tool(name="echo", input_schema=schema)])

    async def on_call_tool(context: Any, params: Any) -> Any:
        text = params.arguments["text"]
        return types.CallToolResult(content=[types.TextContent(text=text)], structured_content={"echo": text})

    server: Any = Server(
        "peer", on_list_tools=on_list_tools, on_call_tool=on_call_tool, get_tool_input_schema={"echo": schema}.get
    )
    manager = StreamableHTTPSessionManager(app=server, stateless=True)

    @contextlib.asynccontextmanager
    async def lifespan(app: Any) -> Any:
        async with manager.run():
            yield

    return Starlette(routes=[Route("/mcp", endpoint=StreamableHTTPASGIApp(manager))], lifespan=lifespan)


if __name__ == "__main__":
    made = {"fastmcp": fastmcp_app, "sdk": sdk_app}[sys.argv[1]]()
    uvicorn.run(made, host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False)
