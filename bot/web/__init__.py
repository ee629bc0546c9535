"""The pages and the API: one table of routes, one guard in front of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from bot.web import (
    alerts,
    attachments,
    auth,
    case_export,
    case_import,
    case_lists,
    case_live,
    case_page,
    chat,
    content_import,
    content_lists,
    deliveries,
    differences,
    document_moves,
    document_page,
    documents,
    hit_test,
    insight,
    knowledge,
    letter_figures,
    letters,
    letters_offered,
    mailbox,
    openapi,
    opinion,
    overview,
    progress,
    questions,
    rendering,
    reply_check,
    reply_draft,
    satisfaction,
    triage_bulk,
    triage_more,
)
from bot.web.admin_routes import ADMIN_ROUTES
from bot.web.api_routes import API_ROUTES
from bot.web.callbacks import callback_routes
from bot.web.desk_feed import DeskFeed
from bot.web.desk_routes import DESK_ROUTES
from bot.web.disclosure_routes import DISCLOSURE_PUBLIC_ROUTES, DISCLOSURE_ROUTES
from bot.web.errors import one_shape
from bot.web.hotline_events import event_routes
from bot.web.hotline_speech import HotlineSpeech
from bot.web.open311 import OPEN311_ROUTES
from bot.web.people_routes import PEOPLE_ROUTES
from bot.web.plan_routes import PLAN_ROUTES
from bot.web.rights import Right
from bot.web.routes import (
    DESCRIPTION,
    DESK_FEED,
    PAGE_BODY_LIMIT,
    PAGES,
    ROUTES_BY_RESOURCE,
    SERVICES,
    SESSIONS,
    Route,
)
from bot.web.security import dress, surround
from bot.web.sessions import Sessions
from bot.web.systems import system_routes

if TYPE_CHECKING:
    from bot.services import Services

__all__ = ["build", "fixed_routes", "routes"]

CITIZEN_ROUTES = (
    Route(method="GET", path="/", handler=chat.to_chat),
    Route(method="GET", path="/chat", handler=chat.show),
    Route(method="POST", path="/chat", handler=chat.send),
    Route(method="POST", path="/chat/new", handler=chat.begin_anew),
    Route(method="POST", path="/chat/rate", handler=chat.rate),
    Route(method="GET", path="/chat/entries", handler=chat.entries),
    Route(method="GET", path="/mailbox", handler=mailbox.show),
    Route(method="POST", path="/mailbox", handler=mailbox.send),
    Route(method="POST", path="/mailbox/suggest", handler=mailbox.suggest),
    Route(method="POST", path="/mailbox/code", handler=mailbox.send_code),
    Route(method="GET", path="/mailbox/sent", handler=mailbox.sent),
    Route(method="GET", path="/progress", handler=progress.ask),
    Route(method="POST", path="/progress", handler=progress.show),
    Route(method="POST", path="/progress/rate", handler=progress.rate),
    Route(method="POST", path="/progress/note", handler=progress.note),
    Route(method="POST", path="/progress/urge", handler=progress.urge),
    Route(method="POST", path="/progress/agree", handler=progress.agree),
    Route(method="POST", path="/progress/reopen", handler=progress.reopen),
    Route(method="GET", path="/published", handler=letters.moved),
    Route(method="GET", path="/robots.txt", handler=letters.robots),
    Route(method="GET", path="/letters", handler=letters.show),
    Route(method="GET", path="/letters.xml", handler=letters.feed),
    Route(method="GET", path="/letters/figures", handler=letter_figures.show),
    Route(method="GET", path="/letters/figures.csv", handler=letter_figures.download),
    Route(
        method="GET",
        path="/letters/offered",
        handler=letters_offered.show,
        right=Right.TRIAGE_DECIDE,
    ),
    Route(method="GET", path="/letters/{id}", handler=letters.show_one),
    Route(method="GET", path="/documents/{id}", handler=documents.show),
    Route(method="POST", path="/display", handler=rendering.set_type_size),
    Route(method="GET", path="/static/{version}/{name}", handler=rendering.static_file),
    Route(method="GET", path="/api/openapi.json", handler=openapi.document),
    Route(method="GET", path="/api/docs", handler=openapi.show),
)

STAFF_ROUTES = (
    Route(method="GET", path="/triage", handler=case_lists.triage, right=Right.TRIAGE_SEE),
    Route(method="POST", path="/triage/bulk", handler=triage_bulk.move, right=Right.TRIAGE_DECIDE),
    Route(
        method="GET",
        path="/triage/{number}/more",
        handler=triage_more.show,
        right=Right.TRIAGE_SEE,
    ),
    Route(method="GET", path="/cases/live", handler=case_live.events, right=Right.CASE_READ),
    Route(
        method="GET",
        path="/departments",
        handler=case_lists.department,
        right=Right.DEPARTMENT_SEE,
    ),
    Route(method="GET", path="/cases", handler=case_lists.cases, right=Right.CASES_SEE),
    Route(method="GET", path="/alerts", handler=alerts.show, right=Right.CASE_MOVE),
    Route(method="POST", path="/alerts/{id}", handler=alerts.seen, right=Right.CASE_MOVE),
    Route(method="GET", path="/cases/export", handler=case_export.ask, right=Right.CASES_EXPORT),
    Route(method="POST", path="/cases/export", handler=case_export.take, right=Right.CASES_EXPORT),
    Route(method="GET", path="/cases/import", handler=case_import.ask, right=Right.CASES_IMPORT),
    Route(
        method="POST",
        path="/cases/import",
        handler=case_import.take,
        right=Right.CASES_IMPORT,
        max_body=case_import.UPLOAD_LIMIT,
    ),
    Route(
        method="GET",
        path="/cases/import/{id}",
        handler=case_import.show,
        right=Right.CASES_IMPORT,
    ),
    Route(
        method="POST",
        path="/cases/import/{id}",
        handler=case_import.start,
        right=Right.CASES_IMPORT,
    ),
    Route(
        method="GET",
        path="/cases/import/refused/{id}",
        handler=case_import.refused,
        right=Right.CASES_IMPORT,
    ),
    Route(method="GET", path="/cases/{number}", handler=case_page.show, right=Right.CASE_READ),
    Route(
        method="GET",
        path="/cases/{number}/attachments/{id}",
        handler=attachments.show,
        right=Right.CASE_READ,
    ),
    Route(
        method="POST", path="/cases/{number}/moves", handler=case_page.move, right=Right.CASE_MOVE
    ),
    Route(
        method="POST",
        path="/cases/{number}/reply-check",
        handler=reply_check.check,
        right=Right.CASE_MOVE,
    ),
    Route(
        method="GET",
        path="/cases/{number}/draft",
        handler=reply_draft.show,
        right=Right.CASE_MOVE,
    ),
    Route(
        method="POST",
        path="/cases/{number}/split",
        handler=case_page.split,
        right=Right.CASE_MOVE,
    ),
    Route(method="GET", path="/knowledge", handler=knowledge.show, right=Right.KNOWLEDGE_SEE),
    Route(
        method="POST",
        path="/knowledge/import",
        handler=content_import.take,
        right=Right.KNOWLEDGE_IMPORT,
        max_body=content_import.UPLOAD_LIMIT,
    ),
    Route(
        method="GET",
        path="/knowledge/imports/{id}",
        handler=content_import.show,
        right=Right.KNOWLEDGE_IMPORT,
    ),
    Route(
        method="POST",
        path="/knowledge/imports/{id}",
        handler=content_import.act,
        right=Right.KNOWLEDGE_IMPORT,
    ),
    *(
        Route(
            method="GET",
            path=f"/knowledge/{name}",
            handler=content_lists.show,
            right=Right.KNOWLEDGE_SEE,
        )
        for name in ("waiting", "expiring", "uninterpreted", "refutations")
    ),
    Route(
        method="POST",
        path="/knowledge/publish",
        handler=knowledge.publish,
        right=Right.KNOWLEDGE_PUBLISH,
    ),
    Route(
        method="POST",
        path="/knowledge/repeal",
        handler=knowledge.repeal,
        right=Right.KNOWLEDGE_PUBLISH,
    ),
    Route(
        method="GET", path="/knowledge/hit-test", handler=hit_test.show, right=Right.KNOWLEDGE_SEE
    ),
    Route(
        method="GET",
        path="/knowledge/questions",
        handler=questions.show,
        right=Right.KNOWLEDGE_SEE,
    ),
    Route(
        method="POST",
        path="/knowledge/questions",
        handler=questions.move,
        right=Right.KNOWLEDGE_EDIT,
    ),
    Route(
        method="POST",
        path="/knowledge/questions/check",
        handler=questions.check,
        right=Right.KNOWLEDGE_EDIT,
    ),
    Route(
        method="GET",
        path="/knowledge/questions/pair",
        handler=questions.show_pair,
        right=Right.KNOWLEDGE_EDIT,
    ),
    Route(
        method="POST",
        path="/knowledge/questions/pair",
        handler=questions.write_pair,
        right=Right.KNOWLEDGE_EDIT,
    ),
    Route(
        method="POST",
        path="/knowledge/documents/{id}/particulars",
        handler=document_page.change,
        right=Right.KNOWLEDGE_EDIT,
    ),
    Route(
        method="POST",
        path="/knowledge/documents/{id}/moves",
        handler=document_moves.move,
        right=Right.KNOWLEDGE_PUBLISH,
    ),
    Route(
        method="POST",
        path="/knowledge/documents/{id}/review",
        handler=document_moves.review,
        right=Right.KNOWLEDGE_EDIT,
    ),
    Route(
        method="GET",
        path="/knowledge/documents/{id}/differences",
        handler=differences.show,
        right=Right.KNOWLEDGE_SEE,
    ),
    Route(
        method="GET",
        path="/knowledge/documents/{id}",
        handler=document_page.show,
        right=Right.KNOWLEDGE_SEE,
    ),
)

DELIVERY_ROUTES = (
    Route(method="GET", path="/deliveries", handler=deliveries.show, right=Right.DELIVERIES),
    Route(
        method="POST",
        path="/deliveries/updates/{id}/retry",
        handler=deliveries.retry_update,
        right=Right.DELIVERIES,
    ),
    Route(
        method="POST",
        path="/deliveries/updates/{id}/settled",
        handler=deliveries.settle_update,
        right=Right.DELIVERIES,
    ),
    Route(
        method="POST",
        path="/deliveries/citizens/{id}/retry",
        handler=deliveries.retry_citizen,
        right=Right.DELIVERIES,
    ),
    Route(
        method="POST",
        path="/deliveries/citizens/{id}/told",
        handler=deliveries.told_citizen,
        right=Right.DELIVERIES,
    ),
    Route(
        method="POST",
        path="/deliveries/{id}/retry",
        handler=deliveries.retry,
        right=Right.DELIVERIES,
    ),
    Route(
        method="POST",
        path="/deliveries/{id}/told",
        handler=deliveries.told,
        right=Right.DELIVERIES,
    ),
)

INSIGHT_ROUTES = (
    Route(method="GET", path="/insight", handler=overview.show, right=Right.INSIGHT_SEE),
    Route(
        method="GET",
        path="/insight/charts/{name}.svg",
        handler=overview.picture,
        right=Right.INSIGHT_SEE,
    ),
    Route(method="GET", path="/insight/hot", handler=insight.show, right=Right.INSIGHT_SEE),
    Route(
        method="GET",
        path="/insight/satisfaction",
        handler=satisfaction.show,
        right=Right.SATISFACTION_SEE,
    ),
    Route(
        method="GET",
        path="/insight/satisfaction.csv",
        handler=satisfaction.download,
        right=Right.SATISFACTION_SEE,
    ),
    Route(
        method="GET",
        path="/insight/hot/{id}",
        handler=insight.show_issue,
        right=Right.INSIGHT_SEE,
    ),
    Route(
        method="POST",
        path="/insight/hot/{id}/opinion",
        handler=opinion.open_item,
        right=Right.INSIGHT_ACT,
    ),
    Route(
        method="POST",
        path="/insight/hot/{id}/opinion/steps",
        handler=insight.enter_step,
        right=Right.INSIGHT_ACT,
    ),
    Route(
        method="POST",
        path="/alerts/opinion/{id}",
        handler=opinion.seen,
        right=Right.INSIGHT_ACT,
    ),
)


def fixed_routes() -> tuple[Route, ...]:
    """Every route that does not depend on which connectors are set up."""
    staff = (
        *PEOPLE_ROUTES,
        *ADMIN_ROUTES,
        *STAFF_ROUTES,
        *DELIVERY_ROUTES,
        *INSIGHT_ROUTES,
        *DESK_ROUTES,
        *DISCLOSURE_ROUTES,
        *PLAN_ROUTES,
    )
    citizens = (*CITIZEN_ROUTES, *DISCLOSURE_PUBLIC_ROUTES)
    return (*citizens, *staff, *API_ROUTES, *OPEN311_ROUTES)


def routes(services: Services) -> tuple[Route, ...]:
    """Every route, each with the right it asks for."""
    callbacks = (
        *callback_routes(services.channels),
        *system_routes(services.called),
        *event_routes(services.call_centres.webhook, services.calls.take_event),
    )
    return (*fixed_routes(), *callbacks)


def build(services: Services) -> web.Application:
    """The application; whoever runs it may add routes of its own that guard themselves."""
    app = web.Application(
        middlewares=[surround, one_shape, auth.guard], client_max_size=PAGE_BODY_LIMIT
    )
    app.on_response_prepare.append(dress)
    settings = services.settings
    speech = HotlineSpeech(
        settings=services.call_centres.speech,
        keys=services.call_centres.keys,
        take=services.calls.take_fragment,
        now=services.clock.now,
        hotwords=services.city.unit_names,
    )
    app.on_shutdown.append(speech.close)
    table = (*routes(services), *speech.routes())
    app[SERVICES] = services
    app[PAGES] = rendering.Pages(services.city, base_url=settings.base_url)
    app[DESK_FEED] = DeskFeed(services, app[PAGES])
    app.on_shutdown.append(_leave)
    app[SESSIONS] = Sessions(
        services.cache,
        services.clock,
        idle=timedelta(minutes=settings.session_idle_min),
        longest=timedelta(hours=settings.session_max_h),
    )
    app[DESCRIPTION] = openapi.describe(table, settings.base_url)
    app[ROUTES_BY_RESOURCE] = _add(app, table)
    return app


async def _leave(app: web.Application) -> None:
    """Answers that go on end, so that their readers go to another replica."""
    await app[DESK_FEED].watches.close()


def _add(app: web.Application, table: Iterable[Route]) -> dict[tuple[str, str], Route]:
    known = {}
    for route in table:
        # A document's id may hold a slash.
        path = route.path.replace("{id}", "{id:.+}")
        added = app.router.add_route(route.method, path, route.handler)
        if added.resource is not None:
            known[route.method, added.resource.canonical] = route
    return known
