from __future__ import annotations

import html5lib
import pytest
from hypothesis import given, settings, strategies as st

from reconciler.model.words import Foreign
from reconciler.review.escape import html, visible
from tests.injection.texts import PIECES

hostile = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=12).map("".join)


@settings(max_examples=200, deadline=None)
@given(hostile)
def test_a_parser_reads_the_same_text_back_wherever_it_stands(text: str) -> None:
    shown = html(Foreign(text))

    source = f"<p title=\"{shown}\">{shown}</p><p title='{shown}'></p><title>{shown}</title>"
    one, other = html5lib.parse(source, namespaceHTMLElements=False).iter("p")
    assert (one.text or "", one.get("title"), other.get("title")) == (visible(text),) * 3
    assert len(one) == len(other) == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("</script><!--", "&lt;/script&gt;&lt;!--"),
        ("\"'&amp;", "&quot;&#x27;&amp;amp;"),
        ("\u2028\x00\ud800\u202e", "\\u2028\\u0000\\ud800\\u202e"),
        ("管理者 é", "管理者 é"),
    ],
)
def test_markup_becomes_references_and_what_is_unseen_its_code(text: str, shown: str) -> None:
    assert html(text) == shown
