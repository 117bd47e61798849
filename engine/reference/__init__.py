"""The API reference: a Markdown page for each group of public names, made from the live objects and their docstrings.

`python -m dreamwell.engine.reference docs/api` brings the pages up to date. They hold what the package has: names
from `__all__`, signatures, docstrings, declared fields. Running it twice gives the same bytes.
"""

from .names import Entry, entries, undocumented
from .pages import pages, write

__all__ = ["Entry", "entries", "pages", "undocumented", "write"]
