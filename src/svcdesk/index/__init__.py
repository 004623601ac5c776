"""The index: what a desk's records say, kept beside git's own files and keyed by their content.

It spares reading files, never judging them: before each answer git is asked which files differ
from what the index stands on, and those are read. It can be deleted at any time.
"""

from __future__ import annotations

from svcdesk.index.conditions import Bounds, bounds
from svcdesk.index.database import Database, open_database
from svcdesk.index.entries import Content, Described, Owed
from svcdesk.index.files import Unusable, folder_of
from svcdesk.index.refreshing import Proof, prove

__all__ = [
    "Bounds",
    "Content",
    "Database",
    "Described",
    "Owed",
    "Proof",
    "Unusable",
    "bounds",
    "folder_of",
    "open_database",
    "prove",
]
