"""The REST edge: one module for each noun. `api/app.py` mounts them."""
