"""One replica of the service on a real database and Redis, with scripted understanding."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from bot.attachments import Attachments
from bot.cache import Cache
from bot.calls.feeding import Feeding
from bot.calls.listening import Listening
from bot.calls.remembering import Remembering
from bot.calls.service import Calls
from bot.calls.switchboard import Switchboard
from bot.cases.alerts import Alerts
from bot.cases.duplicates import DuplicateService
from bot.cases.import_jobs import ImportJobs
from bot.cases.merging import CaseReader
from bot.cases.open_import import OpenOrders
from bot.cases.rated import SatisfactionService
from bot.cases.service import CaseService
from bot.cases.sweeping import Sweeper
from bot.city.catalogue_office import CatalogueOffice
from bot.city.configuration import Configuration
from bot.city.contacts import Contact
from bot.city.in_force import InForce, Presence
from bot.city.load import DEFAULT
from bot.city.model import City
from bot.content_imports import ContentImports
from bot.content_lists import ContentLists
from bot.delivery import exchange as exchanges
from bot.delivery.applying import Applier
from bot.delivery.citizens import CitizenDeliveries
from bot.delivery.directory import ContactDirectory
from bot.delivery.office import DeliveryOffice
from bot.delivery.outbox import Outbox
from bot.delivery.recently import RecentTraffic
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
from bot.metrics import Metrics
from bot.open311.server import Open311Server
from bot.openness.hot import HotIssues, HotLimits
from bot.openness.opinion import OpinionHours
from bot.openness.opinion_items import OpinionItems
from bot.openness.overviews import Overviews
from bot.openness.plan.service import PlanService
from bot.openness.report.service import ReportService
from bot.optouts import SmsOptOuts
from bot.phone_codes import PhoneCodes
from bot.previewing import Previewer
from bot.probing import Probes
from bot.questions import Questions
from bot.rephrasing import QuotesAlone
from bot.scanning import Scanning
from bot.second_factor import SecondFactors
from bot.services import Services
from bot.settings import Settings
from bot.staff import StaffService
from bot.storage.units import Storage
from bot.transactions import Transactions
from bot.web.words import channel_name
from connectors import registry
from connectors.base import Inbound, InboundKind
from connectors.channels.hotline.centres import CallCentres
from connectors.channels.mailbox.tags import Tags
from connectors.departments.base import CalledBySystem, DepartmentSender, Polled
from tests.fakes.channel import StrictChannel
from tests.fakes.edges import CountingIds, FakeClock, steady_bytes
from tests.fakes.minds import ScriptedDialogue, ScriptedLibrary, ScriptedNlu
from tests.fakes.town import TownRouter, town

SECRET = b"a secret of the tests"


@dataclass
class World:
    """What replicas share, and the parts a test scripts."""

    storage: Storage
    clock: FakeClock
    ids: CountingIds
    redis_url: str
    home: Path
    closing: AsyncExitStack
    nlu: ScriptedNlu = field(default_factory=ScriptedNlu)
    dialogue: ScriptedDialogue = field(default_factory=ScriptedDialogue)
    library: ScriptedLibrary = field(default_factory=ScriptedLibrary)
    channel: StrictChannel = field(default_factory=StrictChannel)
    said: int = 0
    contacts: tuple[Contact, ...] = ()
    senders: dict[str, DepartmentSender] = field(default_factory=dict)
    called: dict[str, CalledBySystem] = field(default_factory=dict)
    polled: dict[str, Polled] = field(default_factory=dict)
    _staff: StaffService | None = None

    @property
    def staff(self) -> StaffService:
        """One for all replicas, with a hash that costs nothing: building one computes it."""
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self._staff = self._staff or StaffService(self.storage, self.clock, self.ids, hasher=cheap)
        return self._staff

    async def replica(
        self,
        name: str = "replica-1",
        *,
        storage: Transactions | None = None,
        in_place_s: float = 0.0,
        **parts: object,
    ) -> Services:
        """One process's services; `parts` replace what stands here."""
        cache = Cache(self.redis_url)
        self.closing.push_async_callback(cache.close)
        await cache.start()
        metrics, city, router = Metrics(), town(), TownRouter()
        attachments = Attachments(
            self.storage, self.clock, self.ids, self.home / "attachments", max_bytes=10_000
        )
        inbox = Inbox(
            storage or self.storage,
            self.clock,
            self.ids,
            cache,
            owner=name,
            lease_s=30.0,
            in_place_s={"strict": in_place_s},
            keeper=attachments,
        )
        intake = Intake(inbox, metrics)
        directory = ContactDirectory(
            self.contacts, systems={*self.called, *self.polled}, base_url="http://test"
        )
        cases = CaseService(
            self.storage, self.clock, self.ids, router, city, SECRET,
            wakeups=cache, directory=directory,
        )  # fmt: skip
        exchange = exchanges.build(
            self.storage,
            Applier(self.storage, cases, directory, city, self.clock),
            self.clock,
            self.ids,
            cache,
            metrics,
            senders=self.senders,
            polled=self.polled,
            owner=name,
            lease_s=30.0,
            jitter=lambda: 1.0,
        )
        built: dict[str, object] = {
            "settings": Settings(home=self.home),
            "clock": self.clock,
            "ids": self.ids,
            "secret": SECRET,
            "process": name,
            "city": city,
            "cache": cache,
            "metrics": metrics,
            "intake": intake,
            "inbox": inbox,
            "outbox": Outbox(storage or self.storage, self.clock, cache),
            "nlu": self.nlu,
            "dialogue": self.dialogue,
            "library": self.library,
            "rephraser": QuotesAlone(),
            "router": router,
            "cases": cases,
            "deliveries": DeliveryOffice(self.storage, self.clock, self.ids, cache),
            "unreached": CitizenDeliveries(self.storage, self.clock, self.ids, cache),
            "telling": exchange.telling,
            "updates": exchange.updates,
            "polling": exchange.polling,
            "called": self.called,
            "alerts": Alerts(self.storage, self.clock),
            "sweeper": Sweeper(self.storage, self.clock, self.ids, city.limits),
            "duplicates": DuplicateService(
                self.storage, self.clock, CaseReader(city), days=60, least=0.5
            ),
            "hot": HotIssues(
                self.storage, self.clock, self.ids, CaseReader(city), HotLimits(alert_heat=6.0)
            ),
            "overviews": Overviews(self.storage, self.clock, city.limits),
            "opinions": OpinionItems(self.storage, self.clock, self.ids, OpinionHours()),
            "satisfaction": SatisfactionService(self.storage, self.clock, city.limits),
            "letters": PublishedLetters(self.storage, self.clock, self.ids, city),
            "staff": self.staff,
            "second_factors": SecondFactors(
                self.storage,
                self.clock,
                self.ids,
                SECRET,
                issuer="小城12345",
                random=steady_bytes(),
            ),
            "single_sign_on": None,
            "optouts": SmsOptOuts(self.storage, self.clock),
            "channels": {"strict": self.channel},
            "phone_codes": PhoneCodes(cache, None, SECRET, wanted=False, digits=lambda: "000000"),
            "tags": Tags(SECRET),
            "recogniser": None,
            "imports": ImportJobs(
                self.home / "imports",
                OpenOrders(cases, city, self.clock),
                self.clock,
                self.ids,
            ),
            "attachments": attachments,
            "scanning": Scanning(
                self.storage, self.home / "attachments", None, cases, city.wording
            ),
        }
        rated = SatisfactionService(self.storage, self.clock, city.limits)
        whose: City = parts.get("city", city)  # type: ignore[assignment]
        plan = PlanService(self.storage, self.clock, self.ids, whose, rated)
        built |= {
            "plan": plan,
            "reports": ReportService(self.storage, self.clock, whose, plan, rated, channel_name),
        }
        library = parts.get("library", self.library)
        cases = parts.get("cases", built["cases"])
        listening = Listening(self.storage, self.clock, cache, None, owner=name)
        calls = Calls(self.storage, self.clock, self.ids, cache, listening, cases)  # type: ignore[arg-type]
        settings = parts.get("settings", built["settings"])
        built["open311"] = Open311Server(
            self.storage,
            self.clock,
            cases,  # type: ignore[arg-type]
            parts.get("city", city),  # type: ignore[arg-type]
            settings.open311_keys,  # type: ignore[attr-defined]
            SECRET,
        )
        request_files = RequestFiles(self.storage, self.clock, self.ids, self.home / "attachments")
        built |= {
            "calls": calls,
            "remembering": Remembering(
                self.storage, self.clock, cache, self.library.document, days=180
            ),
            "feeding": Feeding(self.storage, self.clock, {}, calls.take_event, owner=name),
            "posting": Feeding(self.storage, self.clock, {}, intake.store, owner=name),
            "boxes": MailBoxes(self.storage, self.clock),
            "switchboard": Switchboard(calls, {}),
            "call_centres": CallCentres(),
            "drafts": Drafts(self.storage, library, city.wording),  # type: ignore[arg-type]
            "editing": Editing(self.storage, self.clock, self.ids),
            "content_lists": ContentLists(self.storage, self.clock),
            "content_imports": ContentImports(
                self.home / "content-imports",
                library,  # type: ignore[arg-type]
                Previewer(self.storage, self.clock),
                self.clock,
                self.ids,
            ),
            "questions": Questions(self.storage, library, self.clock, self.ids),  # type: ignore[arg-type]
            "feedback": FeedbackService(self.storage, self.clock, self.ids, city),
            "disclosures": Disclosures(
                self.storage,
                self.clock,
                self.ids,
                city,
                SECRET,
                files=request_files,
                mail_channel="mailbox",
            ),
            "disclosure_alerts": DisclosureAlerts(self.storage, self.clock, self.ids, city),
            "disclosure_files": request_files,
            "configuration": Configuration(
                self.storage,
                self.clock,
                cache,
                base=DEFAULT,
                checks={"sms.toml": registry.check_sms_templates},
            ),
            "presence": Presence(
                self.storage,
                self.clock,
                cache,
                process=name,
                role="serve",
                in_force=InForce(city=city, folder=DEFAULT),
            ),
            "catalogue": CatalogueOffice(self.home, self.clock),
            "probes": Probes((), self.staff),
            "recent": RecentTraffic(self.storage, self.clock),
        }
        return Services(**{**built, **parts})  # type: ignore[arg-type] - parts are named by tests

    def says(
        self,
        text: str,
        conversation: str = "strict:c",
        *,
        external_id: str = "",
        kind: InboundKind = InboundKind.TEXT,
        **details: str,
    ) -> Inbound:
        """A message as it comes in."""
        self.said += 1
        return Inbound(
            channel="strict",
            external_id=external_id or f"x{self.said}",
            sender_id=f"sender of {conversation}",
            conversation_id=conversation,
            kind=kind,
            text=text,
            details=details,
            sent_at=self.clock.now(),
        )

    async def conversation(self, channel: str, sender: str = "c") -> str:
        """What a sender's conversation is called."""
        return await self.storage.conversation_id(channel, sender)

    async def replies(self, conversation: str = "strict:c") -> list[str]:
        """The texts in the outbox, in order."""
        async with self.storage.read() as unit:
            return [row.reply.text for row in await unit.outbox.history(conversation)]


@pytest.fixture
async def world(
    storage: Storage, clock: FakeClock, ids: CountingIds, redis_url: str, tmp_path: Path
) -> AsyncIterator[World]:
    async with AsyncExitStack() as closing:
        yield World(
            storage=storage,
            clock=clock,
            ids=ids,
            redis_url=redis_url,
            home=tmp_path,
            closing=closing,
        )
