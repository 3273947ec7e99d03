"""Where this very release was installed from, as pip wrote it down (PEP 610)."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING

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
        case {"url": str(url), "vcs_info": {"vcs": str(vcs), "commit_id": str(commit)}}:
            return f"{PACKAGE} @ {vcs}+{url}@{commit}"
        case {"url": str(url), "archive_info": {"hashes": {"sha256": str(digest)}}}:
            return f"{PACKAGE} @ {url}#sha256={digest}"
        case _:
            return None
