"""The platform's side of one account: what it keeps, and what each call does to it."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from . import custom, menus, templates
from .accounts import Account
from .bodies import read_json
from .callbacks import Callbacks
from .citizens import Citizens
from .errors import PlatformError
from .ledger import Ledger, Seen, Way
from .media import Media
from .quotas import Quotas
from .tokens import Tokens

OK = {"errcode": 0, "errmsg": "ok"}


class AccountSide(Callbacks):
    """The platform's side of one account; for any thread.

    Attributes:
        account: may be changed at any time, as on the account's settings page.
        citizens: whom the account knows, who blocked it or left, and their windows.
        media: files, to be put there as a citizen's or an editor's.
        quotas: limits of each interface by path, and what is used of them.
        tokens: what was issued.
        ledger: what citizens saw.
        menu: the buttons in force, or None.
        drafts: the articles of each draft by its media_id.
    """

    def __init__(self, account: Account, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self.account = account
        self.citizens = Citizens(now)
        self.media = Media(now)
        self.quotas = Quotas(now)
        self.tokens = Tokens(now)
        self.ledger = Ledger()
        self.menu: list[dict[str, Any]] | None = None
        self.drafts: dict[str, list[dict[str, Any]]] = {}
        self._due: deque[str] = deque()
        self._sent_ids = 0
        self._repeats = templates.Repeats(now)

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Customer-service messages that were taken: open id and text, oldest first."""
        return [(seen.open_id, seen.text) for seen in self.ledger.all(None, "custom")]

    @property
    def blocked(self) -> set[str]:
        """Citizens who take no messages."""
        return self.citizens.blocked

    @property
    def unsubscribed(self) -> set[str]:
        """Citizens who left."""
        return self.citizens.unsubscribed

    @property
    def tokens_issued(self) -> int:
        """How many tokens were issued."""
        return self.tokens.issued

    def expire_tokens(self, code: int = 40001) -> None:
        """All tokens given out so far are refused from now on: 40001, 40014 or 42001."""
        with self.lock:
            self.tokens.expire(code)

    def citizen_wrote(self, open_id: str) -> None:
        """Open the citizen's 48 hours anew."""
        with self.lock:
            self.citizens.wrote(open_id)

    def citizen_clicked_menu(self, open_id: str) -> None:
        """A menu click alone opens one minute."""
        with self.lock:
            self.citizens.acted(open_id)

    def sent_to(self, open_id: str) -> list[str]:
        """The customer-service messages a citizen was sent, oldest first."""
        return [seen.text for seen in self.ledger.all(open_id, "custom")]

    def wait_for_sent(self, open_id: str, more_than: int, timeout_s: float) -> list[str]:
        """What a citizen was sent beyond the first `more_than`; blocks until there is some.

        Raises:
            TimeoutError: nothing came in time.
        """
        found = self.ledger.wait(open_id, more_than, timeout_s, "custom")
        return [seen.text for seen in found]

    def seen_by(self, open_id: str, *ways: Way) -> list[Seen]:
        """Everything this citizen saw, in order; or only what came by these ways."""
        return self.ledger.all(open_id, *ways)

    def wait_for_seen(self, open_id: str, more_than: int, timeout_s: float) -> list[Seen]:
        """What a citizen saw beyond the first `more_than`; blocks until there is some.

        Raises:
            TimeoutError: nothing came in time.
        """
        return self.ledger.wait(open_id, more_than, timeout_s)

    def events_due(self) -> list[str]:
        """The XML of events the platform has to deliver (TEMPLATESENDJOBFINISH), once each."""
        with self.lock:
            due = list(self._due)
            self._due.clear()
            return due

    def custom_send(self, body: bytes) -> dict[str, Any]:
        """`message/custom/send`."""
        message = read_json(body)
        open_id = self.citizens.check_open_id(message.get("touser"))
        text = custom.shown(message, self.account, self.media)
        with self.lock:
            self.citizens.take_one(open_id)
            self._show(open_id, "custom", str(message["msgtype"]), text, message)
        return OK

    def custom_typing(self, body: bytes) -> dict[str, Any]:
        """`message/custom/typing`."""
        message = read_json(body)
        open_id = self.citizens.check_open_id(message.get("touser"))
        self.citizens.type_to(open_id, message.get("command"))
        return OK

    def template_send(self, body: bytes) -> dict[str, Any]:
        """`message/template/send`; its fate comes as an event in `events_due`."""
        message = read_json(body)
        text = templates.shown(message, self.account, self.citizens)
        open_id = str(message["touser"])
        if (known := self._repeats.known(message)) is not None:
            return {**OK, "msgid": known}
        self._sent_ids += 1
        self._repeats.note(message, self._sent_ids)
        if open_id in self.citizens.blocked:
            status = "failed:user block"
        else:
            status = "success"
            self._show(open_id, "template", "template", text, message)
        self._due.append(self.template_finished(open_id, self._sent_ids, status))
        return {**OK, "msgid": self._sent_ids}

    def menu_create(self, body: bytes) -> dict[str, Any]:
        """`menu/create`."""
        self.menu = menus.checked_menu(body)
        return OK

    def menu_get(self) -> dict[str, Any]:
        """`menu/get`."""
        if self.menu is None:
            raise PlatformError(46003)
        return {"menu": {"button": self.menu}}

    def menu_delete(self) -> dict[str, Any]:
        """`menu/delete`."""
        self.menu = None
        return OK

    def draft_add(self, body: bytes) -> dict[str, Any]:
        """`draft/add`."""
        articles = menus.checked_draft(read_json(body), self.media)
        draft_id = secrets.token_urlsafe(48)
        self.drafts[draft_id] = articles
        return {"media_id": draft_id}

    def upload(self, kind: str, body: bytes | None, *, permanent: bool) -> dict[str, Any]:
        """`media/upload`, or `material/add_material` where permanent."""
        medium = self.media.upload(kind, body, permanent=permanent)
        if permanent:
            return {"media_id": medium.media_id, "url": f"http://mmbiz.qpic.cn/{medium.media_id}"}
        name = "thumb_media_id" if kind == "thumb" else "media_id"
        return {"type": kind, name: medium.media_id, "created_at": int(self._now().timestamp())}

    def _show(self, open_id: str, way: Way, kind: str, text: str, message: dict[str, Any]) -> None:
        self.ledger.add(
            Seen(at=self._now(), open_id=open_id, way=way, kind=kind, text=text, message=message)
        )
