"""Files → documents: web pages, PDF, Word, Markdown, plain text, JSON lines."""

from knowledge.ingest.errors import Unreadable
from knowledge.ingest.reading import SUFFIXES, files, read, read_each

__all__ = ["SUFFIXES", "Unreadable", "files", "read", "read_each"]
