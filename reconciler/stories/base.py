"""The base of a plan: the applied tree, the documents at a commit, or none on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.documents import Rules, load
from reconciler.errors import BaseFailure
from reconciler.git.documents import commit_of, files_at
from reconciler.model.base import Base
from reconciler.review.words import number

if TYPE_CHECKING:
    from reconciler.ports import AppliedTree
    from reconciler.settings import Config, Tenant

AUTO: Final = "auto"
TWO_WAY: Final = Base(
    is_waived=True,
    notice="--base none: this plan is two-way; what somebody changed since it was applied is not "
    "told from what was never applied, and is overwritten",
)
NOTHING_THERE: Final = (
    "At commit {} nothing is declared in {}: every value of this plan is a first declaration"
)


def choose(chosen: str, tree: AppliedTree, config: Config, tenant: Tenant) -> Base:
    """``chosen``: what ``--base`` says. Raises BaseFailure if there is a base and it cannot be read."""
    match chosen:
        case "auto":
            return tree.read()
        case "none":
            return TWO_WAY
        case revision:
            return documents_at(revision, config, tenant)


def documents_at(revision: str, config: Config, tenant: Tenant) -> Base:
    """What the tenant's documents said at a commit. Raises BaseFailure if that cannot be told."""
    root = Path(config.root)
    commit = commit_of(root, revision)
    rules = Rules(tenant.kinds, pairs="warn")  # it was valid by the configuration of its day
    loaded = load(files_at(root, commit, tenant.desired), rules)
    errors = [finding for finding in loaded.findings if finding.level == "error"]
    if errors:
        first, place = errors[0], errors[0].place
        raise BaseFailure(
            f"the documents at commit {commit[:12]} are not valid ({number(len(errors), 'error')}): "
            f"{place.path}:{place.line}:{place.column}: {first.message}",
            remedy="name a commit whose documents are valid, or use --base auto",
        )
    notice = None if loaded.declared else NOTHING_THERE.format(commit[:12], tenant.desired)
    return Base({item.ref: item.spec for item in loaded.declared}, commit, notice=notice)
