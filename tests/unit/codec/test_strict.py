from __future__ import annotations

import pytest

from reconciler.codec.strict import Odd, parse


def test_a_document_is_an_object() -> None:
    assert parse('{"a": 1.5}') == {"a": 1.5}


@pytest.mark.parametrize("text", ["[]", "1", '"a"', "null"])
def test_another_value_is_no_document(text: str) -> None:
    with pytest.raises(Odd, match="expected an object"):
        parse(text)
