from __future__ import annotations

import re

from reconciler.errors import Failure, InvalidInput
from reconciler.model.words import Finding, Foreign, Place
from reconciler.reports import markdown_findings

BAD = Finding(Place("desired/a|b.yaml", 9, 11), "spec.status is 'closed'")
ODD = Finding(Place("desired/a.yaml", 2, 3), "an old name", "warning")


def test_findings_are_a_table_with_errors_first() -> None:
    assert markdown_findings.findings((ODD, BAD), "Checked", budget_bytes=9_000) == (
        "### Checked\n\n"
        "**1 error, 1 warning**\n\n"
        "#### Findings\n\n"
        "| Place | Level | Finding |\n"
        "| --- | --- | --- |\n"
        "| <code>desired&#47;a&#124;b&#46;yaml&#58;9&#58;11</code> | error |"
        " <code>spec&#46;status is &#39;closed&#39;</code> |\n"
        "| <code>desired&#47;a&#46;yaml&#58;2&#58;3</code> | warning | <code>an old name</code> |\n"
    )


def test_findings_that_do_not_fit_are_counted() -> None:
    text = markdown_findings.findings((BAD,) * 100, "Checked", budget_bytes=3_000)

    rows = text.count("| error |")
    left = re.search(r"(\d+) rows left out for size", text)
    assert left
    assert rows + int(left[1]) == 100
    assert len(text.encode()) <= 3_000


def test_an_error_says_what_was_answered_and_what_to_do() -> None:
    problem = Failure("no token", remedy="log in", detail=Foreign("<b>"))

    assert markdown_findings.error(problem, budget_bytes=9_000) == (
        "### Ended with an error\n\n"
        "<code>no token</code>\n\n"
        "answered: <code>&#60;b&#62;</code>\n\n"
        "<code>log in</code>\n"
    )
    assert "| error |" in markdown_findings.error(InvalidInput((BAD,)), budget_bytes=9_000)
