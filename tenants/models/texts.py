"""The words by which tools are found."""

from sqlalchemy import ForeignKey, Identity, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base, TenantOwned


class ToolText(TenantOwned, Base):
    """What is found of one tool: of what was approved when it is live, of its spec before that.

    On SQLite the virtual table `tool_words` (FTS5) follows this one by triggers and reads it by `id`; on PostgreSQL
    the column `words` is generated from it. Both are made by a migration, and tenants/texts.py is their only reader.
    """

    __tablename__ = "tool_texts"

    # A number, because that is what FTS5 refers to rows by.
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tool_id: Mapped[str] = mapped_column(ForeignKey("tools.id", ondelete="CASCADE"), unique=True)
    # The live version whose words these are; empty for those of the spec.
    version_id: Mapped[str] = mapped_column(String(40), default="")
    # Plain words with spaces between them: lower case, no accents.
    name: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    arguments: Mapped[str] = mapped_column(Text)
