"""Everything a turn, a page or a loop may call. `bot/app.py` alone builds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.attachments import Attachments
    from bot.cache import Cache
    from bot.calls.feeding import Feeding
    from bot.calls.remembering import Remembering
    from bot.calls.service import Calls
    from bot.calls.switchboard import Switchboard
    from bot.cases.alerts import Alerts
    from bot.cases.duplicates import DuplicateService
    from bot.cases.import_jobs import ImportJobs
    from bot.cases.rated import SatisfactionService
    from bot.cases.service import CaseService
    from bot.cases.sweeping import Sweeper
    from bot.city.catalogue_office import CatalogueOffice
    from bot.city.configuration import Configuration
    from bot.city.in_force import Presence
    from bot.city.model import City
    from bot.content_imports import ContentImports
    from bot.content_lists import ContentLists
    from bot.delivery.citizens import CitizenDeliveries
    from bot.delivery.departments import DepartmentDeliveries
    from bot.delivery.office import DeliveryOffice
    from bot.delivery.outbox import Outbox
    from bot.delivery.polling import Polling
    from bot.delivery.recently import RecentTraffic
    from bot.delivery.updates import DepartmentUpdates
    from bot.dialogue import Dialogue
    from bot.disclosure.alerts import DisclosureAlerts
    from bot.disclosure.files import RequestFiles
    from bot.disclosure.service import Disclosures
    from bot.drafting.drafts import Drafts
    from bot.editing import Editing
    from bot.feedback import FeedbackService
    from bot.inbox import Inbox
    from bot.intake import Intake
    from bot.letters.boxes import MailBoxes
    from bot.letters.published import PublishedLetters
    from bot.library import Library
    from bot.metrics import Metrics
    from bot.open311.server import Open311Server
    from bot.openness.hot import HotIssues
    from bot.openness.opinion_items import OpinionItems
    from bot.openness.overviews import Overviews
    from bot.openness.plan.service import PlanService
    from bot.openness.report.service import ReportService
    from bot.optouts import SmsOptOuts
    from bot.phone_codes import PhoneCodes
    from bot.ports import Clock, Ids, Rephraser
    from bot.probing import Probes
    from bot.questions import Questions
    from bot.routing.router import Router
    from bot.scanning import Scanning
    from bot.second_factor import SecondFactors
    from bot.settings import Settings
    from bot.single_sign_on import SingleSignOn
    from bot.staff import StaffService
    from connectors.base import Channel
    from connectors.channels.hotline.centres import CallCentres
    from connectors.channels.mailbox.tags import Tags
    from connectors.departments.base import CalledBySystem
    from connectors.speech.base import Recogniser
    from nlu.client import RasaClient


@dataclass(frozen=True, kw_only=True)
class Services:
    """What one process of the service works with.

    Args:
        secret: keys query codes, sessions and CSRF tokens; at least 16 bytes.
        process: this process's name in leases, different for each start.
        cache: Redis; everything in it may vanish, and its calls may raise `CacheAway`.
        intake: stores a message once and has it handled here.
        inbox: hands out stored messages one at a time per conversation.
        outbox: replies and notices: reading, claiming in place, waiting for a turn.
        nlu: a text → `Understanding`; never raises, never slow.
        dialogue: conversations of several turns; raises `DialogueAway`.
        rephraser: an answer's quotes in plainer words; off, it gives none.
        editing: new versions of documents that people write, and how documents belong together.
        content_lists: what of the content waits, runs out, or is missing.
        content_imports: uploads of content, shown before they are stored.
        questions: the editors' list of questions the content does not answer well.
        feedback: whether an answer helped.
        alerts: deadlines near or past, for those who must act.
        sweeper: finds them.
        duplicates: which open cases may be merged with a case.
        drafts: suggests replies from content and earlier replies; never sends one.
        overviews: what came in, what is owed, how answers were taken, in figures.
        hot: what many citizens bring, and opening items of public opinion from it.
        opinions: what is done about those items, and when their hours run out.
        satisfaction: the departments' figures on grades and replies.
        plan: the duties of the yearly plan of openness, and what units entered for them.
        reports: makes the weekly, monthly and annual report.
        letters: what the public reads of cases, and the figures it may see.
        second_factors: authenticators of staff.
        single_sign_on: the organisation's own sign-in; None: passwords only.
        optouts: who wants no text messages.
        channels: connector's name → channel.
        phone_codes: prove that a letter's writer has the phone they name.
        tags: signed marks on mails, by which an answer names its case.
        deliveries: what departments are told, as the office sees it.
        unreached: what did not reach citizens, as the office sees it.
        updates: what other systems tell of cases.
        telling: sends it.
        polling: asks those systems that have to be asked.
        called: other systems that call us, by connector's name.
        recogniser: of speech; None: citizens are asked for text.
        imports: files of open orders that are being brought in.
        attachments: pictures, videos and places citizens sent.
        scanning: looks for viruses in attachments.
        calls: telephone calls: what the call centre tells, what is said, what operators do.
        remembering: what operators made of suggested answers.
        feeding: the call centres the worker listens to.
        posting: the mail boxes it reads.
        boxes: how far they were read.
        switchboard: asks call centres to transfer, hold and end calls.
        call_centres: those that call us.
        open311: what Open311 clients are served by.
        disclosures: requests for information.
        disclosure_alerts: their deadlines near or past.
        disclosure_files: what came with them.
        configuration: the city's files as their administrator changes them.
        catalogue: the dispatch catalogue's versions, as their administrator drives them.
        presence: which version of them each process runs with.
        probes: whether connectors and services answer.
        recent: what went out lately.
    """

    settings: Settings
    clock: Clock
    ids: Ids
    secret: bytes
    process: str
    city: City
    cache: Cache
    metrics: Metrics
    intake: Intake
    inbox: Inbox
    outbox: Outbox
    nlu: RasaClient
    dialogue: Dialogue
    library: Library
    rephraser: Rephraser
    editing: Editing
    content_lists: ContentLists
    content_imports: ContentImports
    questions: Questions
    feedback: FeedbackService
    router: Router
    cases: CaseService
    alerts: Alerts
    sweeper: Sweeper
    duplicates: DuplicateService
    drafts: Drafts
    hot: HotIssues
    overviews: Overviews
    opinions: OpinionItems
    satisfaction: SatisfactionService
    plan: PlanService
    reports: ReportService
    letters: PublishedLetters
    staff: StaffService
    second_factors: SecondFactors
    single_sign_on: SingleSignOn | None
    optouts: SmsOptOuts
    channels: Mapping[str, Channel]
    phone_codes: PhoneCodes
    tags: Tags
    deliveries: DeliveryOffice
    unreached: CitizenDeliveries
    updates: DepartmentUpdates
    telling: DepartmentDeliveries
    polling: Polling
    called: Mapping[str, CalledBySystem]
    recogniser: Recogniser | None
    attachments: Attachments
    scanning: Scanning
    imports: ImportJobs
    calls: Calls
    remembering: Remembering
    feeding: Feeding
    posting: Feeding
    boxes: MailBoxes
    switchboard: Switchboard
    call_centres: CallCentres
    open311: Open311Server
    disclosures: Disclosures
    disclosure_alerts: DisclosureAlerts
    disclosure_files: RequestFiles
    configuration: Configuration
    catalogue: CatalogueOffice
    presence: Presence
    probes: Probes
    recent: RecentTraffic
