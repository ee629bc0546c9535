"""The routes of requests for information, for citizens and for staff."""

from __future__ import annotations

from bot.web import (
    alerts,
    disclosure_files,
    disclosure_letters,
    disclosure_lists,
    disclosure_page,
    disclosure_public,
    disclosure_yearly,
)
from bot.web.rights import Right
from bot.web.routes import Route
from bot.web.uploads import BODY_LIMIT

DISCLOSURE_PUBLIC_ROUTES = (
    Route(method="GET", path="/disclosure", handler=disclosure_public.show),
    Route(method="POST", path="/disclosure", handler=disclosure_public.send),
    Route(method="GET", path="/disclosure/progress", handler=disclosure_public.ask_progress),
    Route(method="POST", path="/disclosure/progress", handler=disclosure_public.progress),
    Route(method="POST", path="/disclosure/progress/correct", handler=disclosure_public.correct),
    Route(method="POST", path="/disclosure/progress/withdraw", handler=disclosure_public.withdraw),
)

DISCLOSURE_ROUTES = (
    Route(
        method="GET",
        path="/disclosures",
        handler=disclosure_lists.show,
        right=Right.DISCLOSURE_SEE,
    ),
    Route(
        method="GET",
        path="/disclosures/new",
        handler=disclosure_lists.ask_new,
        right=Right.DISCLOSURE_HANDLE,
    ),
    Route(
        method="POST",
        path="/disclosures/new",
        handler=disclosure_lists.register,
        right=Right.DISCLOSURE_HANDLE,
        max_body=BODY_LIMIT,
    ),
    Route(
        method="GET",
        path="/disclosures/yearly",
        handler=disclosure_yearly.show,
        right=Right.DISCLOSURE_SEE,
    ),
    Route(
        method="GET",
        path="/disclosures/yearly.xlsx",
        handler=disclosure_yearly.workbook,
        right=Right.DISCLOSURE_SEE,
    ),
    Route(
        method="GET",
        path="/disclosures/yearly.csv",
        handler=disclosure_yearly.csv,
        right=Right.DISCLOSURE_SEE,
    ),
    Route(
        method="GET",
        path="/disclosures/{number}",
        handler=disclosure_page.show,
        right=Right.DISCLOSURE_SEE,
    ),
    Route(
        method="POST",
        path="/disclosures/{number}/moves",
        handler=disclosure_page.move,
        right=Right.DISCLOSURE_HANDLE,
    ),
    Route(
        method="GET",
        path="/disclosures/{number}/letters/{id}",
        handler=disclosure_letters.show,
        right=Right.DISCLOSURE_SEE,
    ),
    Route(
        method="GET",
        path="/disclosures/{number}/files/{id}",
        handler=disclosure_files.show,
        right=Right.DISCLOSURE_SEE,
    ),
    Route(
        method="POST",
        path="/alerts/disclosure/{id}",
        handler=alerts.disclosure_seen,
        right=Right.DISCLOSURE_HANDLE,
    ),
)
