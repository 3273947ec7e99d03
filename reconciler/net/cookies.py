"""A jar that stays empty: nothing of one answer goes into the next request.

Imported when the first client is made, for what it stands on is heavy.
"""

from __future__ import annotations

from http.cookiejar import CookieJar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http.client import HTTPResponse
    from urllib.request import Request


class NoCookies(CookieJar):
    def extract_cookies(self, response: HTTPResponse, request: Request) -> None:
        """Not even looked at: that alone would cost more than to read the headers."""
