"""Backups: everything of an installation at one moment, in a folder, and back into an empty place."""
