"""Hostile strings without end: pieces that sinks act on, signs that hide, and anything at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

PIECES: Final = (
    # runner commands and environment files
    *("::error::", "::set-output name=x::y", "::stop-commands::x", "##[add-mask]x", "##[error]"),
    *("%0A::error::x", "%0D%0A", "\n::error::x", "\r\n##[set-env name=PATH;]x", "#\u034f#[x]"),
    *("##vso[task.setvariable variable=x]y", "##VSO[x]", "#\u00ad#vso[x]", "##", "#", "vso[", "["),
    *(
        "##teamcity[x]",
        "##TeamCity[x",
        "teamcity[",
        "section_start:1:x\r\x1b[0K",
        "section_end:1:x",
    ),
    *("\x1b[0Ksection_start:1:x", "section_", "start:", "end:", ":", "###[x]", "##vs\u043e[x]"),
    *("x<<EOF\ny\nEOF\n", "\nPATH=/tmp\n", "ghadelimiter_0", "::", "##[", " ::warning file=a::"),
    # Markdown, as GitHub renders it
    *("[a](javascript:alert(1))", "![a](http://evil.example/p.png)", "<http://evil.example>"),
    *("@octocat", "@org/team", "#12", "GH-12", "owner/repo#12", "www.evil.example", "a@b.example"),
    *(
        "http://evil.example",
        "https://evil.example/?a=1",
        "```\n",
        "~~~",
        "`",
        "``",
        "|",
        "\n\n# x",
    ),
    *("\n---\n", "<details>", "</td></tr></table>", "$$x$$", "$`x`$", ":tada:", "[^1]", "[^1]: x"),
    *("- [ ] x", "> [!WARNING]", "<!--", "-->", "&lt;", "&#60;", "&#x3c;", "\\", "~~x~~", "__x__"),
    *("*x*", "6dcb09b5b57875f334f61aebed695e2e4193db5e", "\u00a0\u00a0", "  \n"),
    # HTML
    *("<script>alert(1)</script>", "</script>", "</style>", "<img src=x onerror=alert(1)>"),
    *(
        '"><svg onload=alert(1)>',
        "' onmouseover='alert(1)",
        "</title>",
        "</textarea>",
        "<a href=x>",
    ),
    *("javascript:alert(1)", "data:text/html,x", "{{7*7}}", "${7*7}", "<base href=//evil>", "]]>"),
    *("</template>", "<plaintext>", "<meta http-equiv=refresh content=0>", "style=x", "on=x"),
    # terminals
    *(
        "\x1b[2J",
        "\x1b]8;;http://evil.example\x07x\x1b]8;;\x07",
        "\x1b]0;x\x07",
        "\x9b31m",
        "\x9d0;x\x9c",
    ),
    *("\x1bP+q\x1b\\", "\r", "\x08", "\x7f", "\x00", "\t", "\x0b", "\x0c", "\x85", "\x1a", "\x04"),
    # what cannot be seen, or seen rightly
    *(
        "\u202e",
        "\u2066",
        "\u2069",
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u00ad",
        "\u034f",
        "\u3164",
        "\ufe0f",
    ),
    *(
        "\u2028",
        "\u2029",
        "\u180e",
        "\u2800",
        "\U000e0041",
        "\U000e0100",
        "\ue000",
        "\ufffe",
        "\ufdd0",
    ),
    *(
        "\ud800",
        "\udfff",
        "\ud83d",
        "A\u0301",
        "管理者",
        "👩‍👩‍👧",
        "ﬁ",
        "İ",
        "ß",
        "\u0130",
        "ｓｃｒｉｐｔ",
    ),
    # SARIF and JSON
    *("[x](1)", "{0}", "{1}", "\\u003cscript\\u003e", '"', "'", "},{", "null", "NaN"),
    # shells and format strings
    *(
        "$(touch /tmp/x)",
        "`id`",
        ";id",
        "|id",
        "&&id",
        "%s%n",
        "{}",
        "\\n",
        "../../etc/passwd",
        "-rf",
    ),
)
_LONGEST: Final = 10
_ANY: Final = 0x110000


def hostile(random: Random) -> Iterator[str]:
    """From one to ten pieces, any of them any character that there is."""
    while True:
        count = random.randint(1, _LONGEST)
        yield "".join(_piece(random) for _ in range(count))


def _piece(random: Random) -> str:
    if random.random() < 0.7:
        return random.choice(PIECES)
    high = random.choice((0x80, 0x3000, _ANY))
    return chr(random.randrange(high))
