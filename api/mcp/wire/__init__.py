"""Live tools in wire form."""
