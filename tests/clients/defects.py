"""Defects of clients, met with the versions that their locks name: what we cannot mend for them."""

# By the client's folder and the step that shows it.
DEFECTS: dict[tuple[str, str], str] = {
    ("langchain_js", "union"): (
        "@langchain/mcp-adapters 1.1.4 takes of a list of texts or objects the objects only, and refuses the rest"
        " before it asks the server."
    ),
    ("mcp_use", "recursive"): (
        "mcp-use 1.7.1 ends with a RecursionError as it makes its tools, where a schema refers to itself."
    ),
    ("llama_index", "recursive"): (
        "llama-index-tools-mcp 0.6.0 lists a tool whose schema refers to itself, and makes tools of none: it follows"
        " the schema without end (RecursionError)."
    ),
}
