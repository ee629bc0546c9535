"""Builds the service. The only place where storage is made and the connectors' registry is read."""

from __future__ import annotations

import os
import random
import secrets
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.attachment_model import LetterLimits
from bot.attachments import Attachments
from bot.cache import Cache
from bot.calls.feeding import Feeding
from bot.calls.listening import Listening
from bot.calls.remembering import Remembering
from bot.calls.service import Calls
from bot.calls.suggesting import Suggester
from bot.calls.switchboard import Switchboard
from bot.cases.alerts import Alerts
from bot.cases.duplicates import DuplicateService
from bot.cases.import_jobs import ImportJobs
from bot.cases.merging import CaseReader
from bot.cases.open_import import OpenOrders
from bot.cases.rated import SatisfactionService
from bot.cases.service import CaseService
from bot.cases.sweeping import Sweeper
from bot.chat_completions import ChatCompletions
from bot.city import versions
from bot.city.catalogue_office import CatalogueOffice
from bot.city.configuration import Configuration
from bot.city.in_force import Presence, take_up
from bot.city.model import City
from bot.clock import RandomIds, SystemClock
from bot.commands import probes
from bot.content_imports import ContentImports
from bot.content_lists import ContentLists
from bot.delivery import exchange as exchanges
from bot.delivery.applying import Applier
from bot.delivery.citizens import CitizenDeliveries
from bot.delivery.directory import ContactDirectory
from bot.delivery.office import DeliveryOffice
from bot.delivery.outbox import Outbox
from bot.delivery.recently import RecentTraffic
from bot.dialogue import Dialogue
from bot.disclosure.alerts import DisclosureAlerts
from bot.disclosure.files import RequestFiles
from bot.disclosure.service import Disclosures
from bot.drafting.drafts import Drafts
from bot.editing import Editing
from bot.features import switched
from bot.feedback import FeedbackService
from bot.inbox import Inbox
from bot.indexing import index_maker
from bot.intake import Intake
from bot.letters.boxes import MailBoxes
from bot.letters.published import PublishedLetters
from bot.library import Library, encoder_maker, thresholds_of
from bot.metrics import Metrics
from bot.open311.server import Open311Server
from bot.openness.hot import HotIssues, HotLimits
from bot.openness.opinion import OpinionHours
from bot.openness.opinion_items import OpinionItems
from bot.openness.overviews import Overviews
from bot.openness.plan.service import PlanService
from bot.openness.report.service import ReportService
from bot.optouts import SmsOptOuts
from bot.phone_codes import CHANNEL as TEXTS
from bot.phone_codes import PhoneCodes
from bot.ports import Clock, Rephraser
from bot.previewing import Previewer
from bot.probing import Probes
from bot.questions import Questions
from bot.rephrasing import AT_ONCE, ModelRephraser, QuotesAlone
from bot.routing import store
from bot.scanning import Scanning
from bot.second_factor import SecondFactors
from bot.secret import secret_of
from bot.services import Services
from bot.settings import PREFIX, Settings, SettingsError
from bot.single_sign_on import SingleSignOn
from bot.staff import StaffService
from bot.storage.contact_keys import KeyMissing
from bot.storage.schema import NewerSchema
from bot.storage.units import DatabaseAway, Storage
from bot.stored import storage_of
from bot.web.words import channel_name
from connectors import registry
from connectors.base import Channel
from connectors.calls import RunningCall
from connectors.channels.mailbox.tags import Tags
from connectors.clamd import Clamd
from connectors.oidc.client import OidcClient
from connectors.oidc.provider import Provider
from knowledge.index import IndexAway
from nlu.client import RasaClient

_IN_PLACE_SPARE_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Running:
    """The service, built, and the database under it for those who run loops on it."""

    services: Services
    storage: Storage


class CannotStart(Exception):
    """Something outside keeps the service from starting; one sentence for the operator."""


@asynccontextmanager
async def running(settings: Settings, *, role: str = "") -> AsyncIterator[Running]:
    """Everything built, connected where it can be, and closed at the end.

    Args:
        settings: everything that differs from one installation to the next.
        role: what the process is for, as an administrator sees it.

    Redis and Rasa may be away: the service does with less until they come.

    Raises:
        bot.settings.SettingsError: the secret key is too short.
        CannotStart: the database is away, or a later version of the software has changed it; or
            the index is in a cluster that is away.
        bot.city.CityError: the city's folder has faults; all are named.
        connectors.errors.Misconfigured: a connector's settings are faulty.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    secret = secret_of(settings)
    async with AsyncExitStack() as closing:
        storage = await _opened(settings, closing)
        in_force = await take_up(storage, settings.home, settings.city, _of_connectors)
        city = in_force.city
        settings = switched(settings, city.off)
        cache = Cache(settings.redis)
        closing.push_async_callback(cache.close)
        await cache.start()
        metrics = Metrics()
        edge = registry.Edge(
            wake=cache.wake,
            tokens=cache,
            rates=cache,
            count=metrics.platform_called,
            city=in_force.folder,
            units=city.units_by_name,
            sent=lambda name: _awaited(storage, name),
            stopped=SmsOptOuts(storage, SystemClock()).stopped,
            count_parts=metrics.sms_sent,
            secret=secret,
        )
        channels, departments = registry.build(edge), registry.departments(edge)
        for channel in channels.values():
            closing.push_async_callback(channel.close)
        closing.push_async_callback(departments.close)
        presence = Presence(
            storage, SystemClock(), cache, process=process_name(), role=role, in_force=in_force
        )
        services = _services(
            settings, secret, presence, storage, cache, channels, departments, metrics
        )
        closing.push_async_callback(services.imports.close)
        closing.push_async_callback(services.content_imports.close)
        closing.push_async_callback(services.nlu.close)
        closing.push_async_callback(services.dialogue.close)
        closing.push_async_callback(services.rephraser.close)
        closing.push_async_callback(services.library.close)
        closing.push_async_callback(services.drafts.close)
        closing.push_async_callback(services.calls.close)
        closing.push_async_callback(services.switchboard.close)
        if services.single_sign_on is not None:
            closing.push_async_callback(services.single_sign_on.close)
        await _started(services.library)
        await services.letters.carry_over()
        closing.push_async_callback(presence.close)
        presence.start()
        closing.push_async_callback(services.remembering.close)
        services.remembering.start()
        services.content_imports.start()
        yield Running(services=services, storage=storage)


async def _opened(settings: Settings, closing: AsyncExitStack) -> Storage:
    storage = storage_of(settings)
    closing.push_async_callback(storage.close)
    try:
        await storage.upgrade()
        await storage.seal()
    except (DatabaseAway, NewerSchema) as error:
        raise CannotStart(str(error)) from error
    except KeyMissing as error:
        raise CannotStart(
            "数据库里的联系信息是用另一把密钥加密的，请核对 POLICYLINE_CONTACT_KEYS 和 "
            "POLICYLINE_SECRET_KEY。没有改动任何内容。"
        ) from error
    return storage


async def _started(library: Library) -> None:
    try:
        await library.start()
    except IndexAway as error:
        raise CannotStart(str(error)) from error


def _services(
    settings: Settings,
    secret: bytes,
    presence: Presence,
    storage: Storage,
    cache: Cache,
    channels: Mapping[str, Channel],
    departments: registry.Departments,
    metrics: Metrics,
) -> Services:
    clock, ids, process = SystemClock(), RandomIds(), presence.process
    city = presence.in_force.city
    rasa = (settings.rasa, settings.rasa_token.get_secret_value(), settings.rasa_timeout_s)
    router = store.router(city, settings.home)
    attachments = Attachments(
        storage,
        clock,
        ids,
        settings.attachments_folder,
        max_bytes=settings.attachment_max_bytes,
        letter_limits=LetterLimits(
            files=settings.letter_files_max, bytes=settings.letter_file_max_bytes
        ),
        scanned=bool(settings.clamd),
    )
    request_files = RequestFiles(
        storage, clock, ids, settings.attachments_folder, scanned=bool(settings.clamd)
    )
    disclosures = Disclosures(
        storage,
        clock,
        ids,
        city,
        secret,
        files=request_files,
        mail_channel="mailbox" if "mailbox" in channels else "",
        wakeups=cache,
    )
    inbox = Inbox(
        storage,
        clock,
        ids,
        cache,
        owner=process,
        lease_s=settings.lease_s,
        in_place_s=in_place_s(channels, settings),
        keeper=attachments,
    )
    library = _library(settings, storage, clock, cache)
    reader = CaseReader(versions.in_use(city, settings.home))
    directory = ContactDirectory(
        city.contacts, systems=departments.systems, base_url=settings.base_url
    )
    cases = CaseService(
        storage, clock, ids, router, city, secret, wakeups=cache, directory=directory
    )
    exchange = exchanges.build(
        storage,
        Applier(storage, cases, directory, city, clock),
        clock,
        ids,
        cache,
        metrics,
        senders=departments.senders,
        polled=departments.polled,
        owner=process,
        lease_s=settings.lease_s,
        jitter=random.SystemRandom().random,
    )
    duplicates = DuplicateService(
        storage,
        clock,
        reader,
        days=settings.merge_days,
        least=settings.merge_suggest,
        auto=settings.merge_auto,
    )
    remembering = Remembering(
        storage, clock, cache, library.document, days=settings.transcript_days
    )
    suggester = Suggester(library, router, city, duplicates, clock, remembering)
    listening = Listening(storage, clock, cache, suggester, owner=process)
    calls = Calls(storage, clock, ids, cache, listening, cases)
    intake, boxes = Intake(inbox, metrics), MailBoxes(storage, clock)
    rated = SatisfactionService(storage, clock, city.limits)
    plan = PlanService(storage, clock, ids, city, rated)
    staff = StaffService(storage, clock, ids)
    return Services(
        settings=settings,
        clock=clock,
        ids=ids,
        secret=secret,
        process=process,
        city=city,
        cache=cache,
        metrics=metrics,
        intake=intake,
        inbox=inbox,
        outbox=Outbox(storage, clock, cache),
        nlu=RasaClient(*rasa),
        dialogue=Dialogue(*rasa),
        library=library,
        rephraser=rephraser(settings, metrics),
        editing=Editing(storage, clock, ids),
        content_lists=ContentLists(storage, clock),
        content_imports=ContentImports(
            settings.home / "content-imports", library, Previewer(storage, clock), clock, ids
        ),
        questions=Questions(storage, library, clock, ids),
        feedback=FeedbackService(storage, clock, ids, city),
        router=router,
        cases=cases,
        alerts=Alerts(storage, clock),
        sweeper=Sweeper(storage, clock, ids, city.limits),
        duplicates=duplicates,
        drafts=Drafts(storage, library, city.wording),
        hot=HotIssues(storage, clock, ids, reader, hot_limits(settings, city)),
        overviews=Overviews(storage, clock, city.limits),
        opinions=OpinionItems(storage, clock, ids, hot_limits(settings, city).hours),
        satisfaction=rated,
        plan=plan,
        reports=ReportService(storage, clock, city, plan, rated, channel_name),
        letters=PublishedLetters(storage, clock, ids, city),
        staff=staff,
        second_factors=SecondFactors(
            storage,
            clock,
            ids,
            secret,
            issuer=f"{city.name}12345",
            demanded_of=settings.second_factor_roles,
        ),
        single_sign_on=single_sign_on(settings, city, staff, clock),
        optouts=SmsOptOuts(storage, clock),
        channels=channels,
        phone_codes=PhoneCodes(
            cache,
            channels.get(TEXTS),
            secret,
            wanted=settings.letter_phone_code,
            digits=lambda: f"{secrets.randbelow(1_000_000):06d}",
        ),
        tags=Tags(secret),
        deliveries=DeliveryOffice(storage, clock, ids, cache),
        unreached=CitizenDeliveries(storage, clock, ids, cache),
        telling=exchange.telling,
        updates=exchange.updates,
        polling=exchange.polling,
        called=departments.called,
        recogniser=None if "speech" in city.off else registry.recogniser(city.unit_names),
        imports=ImportJobs(
            settings.attachments_folder / "imports",
            OpenOrders(cases, city, clock),
            clock,
            ids,
        ),
        attachments=attachments,
        scanning=Scanning(
            storage,
            settings.attachments_folder,
            Clamd(settings.clamd) if settings.clamd else None,
            cases,
            city.wording,
            disclosures.note,
        ),
        calls=calls,
        remembering=remembering,
        feeding=Feeding(
            storage,
            clock,
            registry.call_feeds(lambda feed: _running(calls, feed)),
            calls.take_event,
            owner=process,
        ),
        boxes=boxes,
        posting=Feeding(
            storage, clock, registry.mail_feeds(boxes, secret), intake.store, owner=process
        ),
        switchboard=Switchboard(calls, registry.call_controls()),
        call_centres=registry.call_centres(),
        open311=Open311Server(
            storage,
            clock,
            cases,
            city,
            settings.open311_keys,
            secret,
            jurisdiction=settings.open311_jurisdiction,
        ),
        disclosures=disclosures,
        disclosure_alerts=DisclosureAlerts(storage, clock, ids, city),
        disclosure_files=request_files,
        presence=presence,
        configuration=Configuration(
            storage,
            clock,
            cache,
            base=settings.city,
            checks={"sms.toml": registry.check_sms_templates},
            misfits=partial(_misfits, settings.home),
        ),
        catalogue=CatalogueOffice(settings.home, clock),
        recent=RecentTraffic(storage, clock),
        probes=Probes(
            probes.known(
                settings,
                systems=frozenset((*departments.senders, *departments.called, *departments.polled)),
            ),
            staff,
        ),
    )


def _misfits(home: Path, city: City, folder: Path) -> Sequence[str]:
    of_catalogue = versions.misfit(home, city)
    return (*((of_catalogue,) if of_catalogue else ()), *_of_connectors(city, folder))


def _of_connectors(city: City, folder: Path) -> Sequence[str]:
    return registry.check_city(folder, city.units_by_name)


async def _awaited(storage: Storage, system: str) -> Mapping[str, str]:
    async with storage.read() as unit:
        return await unit.deliveries.awaited(system)


async def _running(calls: Calls, feed: str) -> Sequence[RunningCall]:
    return [
        RunningCall(
            call_id=call.external_id,
            answered=call.answered_at is not None,
            queue=call.queue,
            caller=call.caller,
            joins=await calls.visits(call),
        )
        for call in await calls.live_of_feed(feed)
    ]


def hot_limits(settings: Settings, city: City) -> HotLimits:
    """The city's thresholds of hot issues."""
    return HotLimits(
        days=settings.hot_days,
        least_cases=settings.hot_least_cases,
        alert_heat=settings.hot_alert,
        hours=OpinionHours(
            inform=city.limits.public_opinion.serious_hours,
            press=city.limits.public_opinion.conference_hours,
            respond=city.limits.public_opinion.other_hours,
        ),
    )


def rephraser(settings: Settings, metrics: Metrics) -> Rephraser:
    """The model that rephrases quotes, where one is set."""
    if not settings.rephrase_url:
        return QuotesAlone()
    completions = ChatCompletions(
        url=settings.rephrase_url,
        model=settings.rephrase_model,
        key=settings.rephrase_key,
        timeout_s=settings.rephrase_timeout_s,
        at_once=AT_ONCE,
    )
    return ModelRephraser(completions, metrics)


def single_sign_on(
    settings: Settings, city: City, staff: StaffService, clock: Clock
) -> SingleSignOn | None:
    """The organisation's own sign-in, where one is set.

    Raises:
        bot.settings.SettingsError: a group gives a department the city has not.
    """
    if not settings.oidc_issuer:
        return None
    places = [place.department for place in settings.oidc_groups.values() if place.department]
    unknown = [name for name in places if city.unit(name) != name]
    if unknown:
        raise SettingsError([f"{PREFIX}OIDC_GROUPS: {name} is no unit" for name in unknown])
    client = OidcClient(
        Provider(settings.oidc_issuer, timeout_s=settings.oidc_timeout_s, now=clock.now),
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        redirect_uri=settings.base_url + "/signin/oidc/callback",
        name_claim=settings.oidc_name_claim,
        groups_claim=settings.oidc_groups_claim,
        now=clock.now,
    )
    return SingleSignOn(client, staff, groups=settings.oidc_groups, label=settings.oidc_label)


def _library(settings: Settings, storage: Storage, clock: SystemClock, cache: Cache) -> Library:
    return Library(
        storage,
        clock=clock,
        signals=cache,
        encoder=encoder_maker(settings),
        build=index_maker(settings),
        thresholds=thresholds_of(settings),
        second_reader=settings.second_reader,
    )


def in_place_s(channels: Mapping[str, Channel], settings: Settings) -> dict[str, float]:
    """Channel → seconds in which it may carry replies in place.

    The web page's request waits `chat_wait_s` for its turn, a platform's callback as long as it
    says (`CallbackChannel.reply_within_s`).
    """
    asked = {name: getattr(each, "reply_within_s", 0.0) for name, each in channels.items()}
    waits = {name: float(wait_s) for name, wait_s in asked.items() if wait_s > 0}
    if "webchat" in channels:
        waits["webchat"] = settings.chat_wait_s
    return {name: wait_s + _IN_PLACE_SPARE_S for name, wait_s in waits.items()}


def process_name() -> str:
    """This process's name in leases: told apart from any other and from its own earlier starts."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
