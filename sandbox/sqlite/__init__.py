"""SQLite for what others wrote: the only door to it for canned databases, and for files that people have set up."""

from sandbox.sqlite.databases import Budget, Database, StatementFailed
from sandbox.sqlite.files import Files

__all__ = ["Budget", "Database", "Files", "StatementFailed"]
