"""What the documentation says is there, and its examples do what it says."""
