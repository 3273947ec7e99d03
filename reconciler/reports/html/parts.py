"""What stands around the picture and the tables: counts first, then what must not be missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.words import Foreign
from reconciler.reports.html.cells import code, plain, say
from reconciler.review import words
from reconciler.review.escape import html
from reconciler.review.objections import HEADING, OTHERWISE, amount, objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.outcome import ApplyReport
    from reconciler.model.plan import Risk
    from reconciler.reports.html.table import Section
    from reconciler.review.outline import Outline
    from reconciler.review.reviewed import Comparison
    from reconciler.review.words import Phrase


def counts(
    told: str, sections: Sequence[Section], others: Sequence[tuple[str, int]] = ()
) -> Iterator[str]:
    """In words, and as figures that lead to their sections; ``others`` have none."""
    yield f'<p class="lead">{html(told)}</p>\n'
    linked = (
        f'<li class="{one.name}"><a href="#{one.name}"><b>{one.size:,}</b> {one.title.lower()}</a></li>'
        for one in sections
        if one.size
    )
    plain = (f"<li><span><b>{count:,}</b> {name}</span></li>" for name, count in others if count)
    figures = "".join((*linked, *plain))
    if figures:
        yield f'<nav aria-label="Counts"><ul class="figures">{figures}</ul></nav>\n'


def verdict(text: str) -> Iterator[str]:
    """What this leaves to do."""
    yield f'<p class="verdict">{html(text)}</p>\n'


def unrecorded(report: ApplyReport) -> Iterator[str]:
    """What was written and is not on record, if so."""
    if report.unrecorded is not None:
        yield f'<p class="alarm">{say(words.applied_tree(report))}</p>\n'


def reviewed(found: Comparison | None, digest: str) -> Iterator[str]:
    """What a plan does beyond one that was reviewed; nothing where nobody compared."""
    if found is None:
        return
    look = "calm" if found.is_covered else "alarm"
    yield f'<section class="{look}" aria-labelledby="reviewed"><h2 id="reviewed">'
    yield f"{say(found.heading)}</h2>\n"
    if found.new:
        yield f"<ul>{''.join(f'<li>{html(plain(one))}</li>' for one in found.new)}</ul>\n"
    yield f"<p>This plan is {code(Foreign(digest))}</p></section>\n"


def objections(view: Outline) -> Iterator[str]:
    if not view.objections:
        return
    yield f'<section class="alarm" aria-labelledby="guards"><h2 id="guards">{html(HEADING)}</h2>\n<ul>\n'
    for one in view.objections:
        named = f": {html(plain(objects(one)))}" if one.refs else ""
        yield f"<li><strong>{html(amount(one))}</strong>{named}</li>\n"
    yield f"</ul>\n<p>{html(OTHERWISE)} {code(Foreign(' '.join(view.allow)))}</p></section>\n"


def risks(counted: Sequence[tuple[Risk, int]]) -> Iterator[str]:
    """Each with what it means."""
    if not counted:
        return
    yield '<section aria-labelledby="risks"><h2 id="risks">Risks</h2>\n<dl class="risks">\n'
    for risk, count in counted:
        yield f"<div><dt><b>{count:,}</b> {risk}</dt><dd>{html(words.RISKS[risk])}</dd></div>\n"
    yield "</dl></section>\n"


def remarks(said: Sequence[Phrase], notices: Sequence[str]) -> Iterator[str]:
    """What a reader has to know of the whole: notices first."""
    if not (said or notices):
        return
    yield '<section aria-labelledby="notes"><h2 id="notes">Notes</h2>\n<ul>\n'
    yield from (f"<li>{say((Foreign(text),))}</li>\n" for text in notices)
    yield from (f"<li>{say(line)}</li>\n" for line in said)
    yield "</ul></section>\n"
