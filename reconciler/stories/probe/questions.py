"""What the documentation leaves open, and what this tool takes for the answer (API notes)."""

from __future__ import annotations

from typing import Final

from reconciler.model.diagnosis import Question

ENUMS: Final = Question(
    "enum-casing",
    "How do answers spell enumerations?",
    "camelCase; other casing and old names are understood",
)
NULLS: Final = Question(
    "left-out-nulls",
    "Does an answer leave out properties that are null?",
    "it may: a nullable one that is left out is unset, any other one is not known",
)
ETAG: Final = Question(
    "etag",
    "Does an incident carry an ETag?",
    "none: each write comes right after a read, and a window of one round trip is left",
)
TENANT: Final = Question(
    "tenant-id",
    "Does an incident carry the id of its tenant?",
    "it does: an object of another tenant stops the run",
)
REVISION: Final = Question(
    "revision-form",
    "Is the time of the last update in UTC, with up to seven digits?",
    "it is; it is compared to 100 ns, and its text is kept",
)
PAGE: Final = Question(
    "list-page",
    "Does the list take $top=50 with $count, and link to its next page?",
    "it does: a first page tells how many pages there are",
)
ORDER: Final = Question(
    "list-order", "Does the list begin with the newest?", "it does; nothing depends on it"
)
WHOLE: Final = Question(
    "list-whole",
    "Does the list show an incident as a read by id does?",
    "it does: plans of many objects are read by list",
)

ANSWER: Final = Question(
    "patch-answer",
    "Does a PATCH answer 200 with the whole object?",
    "it does, and what did not stick is told from it; else a read has to confirm",
)
REPLACED: Final = Question(
    "tags-replaced",
    "Does a PATCH replace customTags, or merge them?",
    "replaced: the whole list is sent",
)
MOVES: Final = Question(
    "revision-moves",
    "Does a PATCH move the time of the last update?",
    "it does: a change that closes needs the planned time",
)
AUTHOR: Final = Question(
    "author",
    "Does lastModifiedBy name the application after its write?",
    "it begins with 'API-App:'; reports show it, nothing is decided by it",
)
BY_ID: Final = Question(
    "visible-by-id",
    "When does a read by id show a PATCH?",
    "at once: the check before the next write compares with it",
)
BY_LIST: Final = Question(
    "visible-in-list",
    "When does the list show a PATCH?",
    "it may lag: plans are checked by id before each write, nothing is confirmed by a list",
)
WRITTEN_ENUMS: Final = Question(
    "enum-answered",
    "How does the answer to a PATCH spell enumerations?",
    "camelCase; other casing is understood",
)
PASCAL_INPUT: Final = Question(
    "enum-pascal-input",
    "Does a PATCH take enumerations in PascalCase?",
    "never sent, so either will do",
)
OLD_INPUT: Final = Question(
    "enum-old-input",
    "Does a PATCH take an old name of a determination?",
    "never sent; if taken, it is answered under a name that is known",
)
ALONE: Final = Question(
    "determination-recomputed",
    "What becomes of the determination when the classification is written alone?",
    "it may be recomputed: the plan says so",
)
MISFIT: Final = Question(
    "verdict-misfit",
    "Does a PATCH take a determination that does not fit its classification?",
    "it does not: 'pairs: error' refuses it; if it does, 'pairs: warn' would do",
)
NULL_VERDICT: Final = Question(
    "verdict-null",
    "Does null unset a verdict, and how is it answered?",
    "it does; null, unknown and left out are the same",
)
VERDICT_SPREAD: Final = Question(
    "verdict-spill-over",
    "Does a verdict of an incident reach its alerts?",
    "it does not: only its closing and its owner do",
)
OWNER_TEXT: Final = Question(
    "owner-text", "Does assignedTo take any text?", "it does: free text, compared without case"
)
OWNER_SPREAD: Final = Question(
    "owner-spill-over",
    "Does the owner of an incident become that of its alerts?",
    "of all of them: the plan names those that are declared",
)
OWNER_NULL: Final = Question(
    "owner-null",
    "Does null take the owner away, and how is it answered?",
    "it does; null, empty and left out are the same",
)
OWNER_NULL_SPREAD: Final = Question(
    "owner-null-spill-over",
    "Does taking the owner away reach the alerts?",
    "it does not",
)
STATUS_SPREAD: Final = Question(
    "status-spill-over",
    "Does closing an incident close its alerts?",
    "all that are open, whatever their own state",
)
REDIRECTED: Final = Question(
    "redirected-patch",
    "What does a PATCH on a merged incident do?",
    "never sent: it is left alone, and its survivor is named",
)

BY_WRITING: Final = (
    ANSWER,
    MOVES,
    AUTHOR,
    BY_ID,
    BY_LIST,
    REPLACED,
    WRITTEN_ENUMS,
    VERDICT_SPREAD,
    PASCAL_INPUT,
    OLD_INPUT,
    ALONE,
    MISFIT,
    NULL_VERDICT,
    OWNER_TEXT,
    OWNER_SPREAD,
    OWNER_NULL,
    OWNER_NULL_SPREAD,
)
"""What takes a write of an incident that is not merged, in the order of asking."""
