"""Where this very release was installed from, as pip wrote it down (PEP 610)."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from reconciler.model.words import Json

PACKAGE = "reconciler"


def requirement() -> str | None:
    """The line that installs it again, pinned by commit or hash.

    None: it came from a folder or by its bare name. A name alone is no pin: an index gives whatever
    somebody has registered under it.
    """
    try:
        text = distribution(PACKAGE).read_text("direct_url.json")
        return _pinned(json.loads(text)) if text else None
    except (PackageNotFoundError, ValueError):
        return None


def _pinned(record: Json) -> str | None:
    match record:
        case {"url": str(url)} if not _is_public(url):
            return None
        case {"url": str(url), "vcs_info": {"vcs": "git", "commit_id": str(commit)}}:
            return f"{PACKAGE} @ git+{url}@{commit}"
        case {"url": str(url), "archive_info": {"hashes": {"sha256": str(digest)}}}:
            return f"{PACKAGE} @ {url}#sha256={digest}"
        case _:
            return None


def _is_public(url: str) -> bool:
    """What the workflows take (pipeline/check_requirements.py): no file, no name, no password."""
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
