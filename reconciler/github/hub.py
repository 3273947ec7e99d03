"""One repository on GitHub, under one token: as whom it writes, and the doors to what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.github import ACTIONS
from reconciler.github.repository import Repository
from reconciler.github.said import FORBIDDEN
from reconciler.github.session import Session, odd
from reconciler.github.threads import Issues, Thread

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from reconciler.github import Connection
    from reconciler.github.session import Again

    Result = TypeVar("Result")


class Hub:
    def __init__(self, connection: Connection) -> None:
        """Raises Failure if the token may not be sent to the API's address."""
        self._session = Session(connection)
        self._author = connection.author
        self.name = connection.repository
        self.repository = Repository(self._session, connection.repository)
        self.issues = Issues(self._session, connection.repository)

    def thread(self, number: int, need: str) -> Thread:
        return Thread(self._session, self.name, number, need)

    def author(self) -> str:
        """As whom this token writes. GitHub does not tell the token of an App: a job's is assumed."""
        if self._author is None:
            self._author = self._asked_author()
        return self._author

    def is_own(self, login: str) -> bool:
        """Logins are compared without case, as GitHub does."""
        return login.casefold() == self.author().casefold()

    def patiently(self, attempt: Callable[[], Result | Again]) -> Result:
        return self._session.patiently(attempt)

    def _asked_author(self) -> str:
        said = self._session.ask("/user")
        if said.status == FORBIDDEN:
            return ACTIONS
        if not said.is_ok:
            raise said.refusal("GET /user", "pull-requests: write")
        login = said.body.get("login") if isinstance(said.body, dict) else None
        if not isinstance(login, str) or not login:
            raise odd("a user without a login")
        return login
