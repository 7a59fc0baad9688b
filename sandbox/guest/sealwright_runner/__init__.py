"""Runs one tool inside the image. Nothing here is for tools to import."""
