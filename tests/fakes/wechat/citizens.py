"""The citizens an account knows, and what it may still send them.

Source: 微信公众平台 "客服消息", limits since 2023-06-12.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .errors import PlatformError

MESSAGES_IN_48_H = 5
MESSAGES_IN_A_MINUTE = 3
TYPING_AFTER_CONTACT = timedelta(seconds=30)
TYPING_LASTS = timedelta(seconds=15)


@dataclass
class Window:
    """How many messages a citizen may still be sent, and until when."""

    until: datetime
    left: int


class Citizens:
    """One account's citizens.

    Attributes:
        known: open ids the account has met; others are answered 40003.
        blocked: citizens who take no messages (48002).
        unsubscribed: citizens who left (45015).
        refusing_templates: citizens who refuse template messages (43101).
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.known: set[str] = set()
        self.blocked: set[str] = set()
        self.unsubscribed: set[str] = set()
        self.refusing_templates: set[str] = set()
        self._now = now
        self._after_message: dict[str, Window] = {}
        self._after_act: dict[str, Window] = {}
        self._last_contact: dict[str, datetime] = {}
        self._typing_until: dict[str, datetime] = {}

    def wrote(self, open_id: str) -> None:
        """A message opens 48 hours anew."""
        self._met(open_id)
        until = self._now() + timedelta(hours=48)
        self._after_message[open_id] = Window(until, MESSAGES_IN_48_H)

    def acted(self, open_id: str) -> None:
        """A menu click, a follow or a scan opens one minute, and nothing more."""
        self._met(open_id)
        until = self._now() + timedelta(minutes=1)
        self._after_act[open_id] = Window(until, MESSAGES_IN_A_MINUTE)

    def followed(self, open_id: str) -> None:
        """The citizen is a follower from now on."""
        self.unsubscribed.discard(open_id)
        self.acted(open_id)

    def left(self, open_id: str) -> None:
        """The citizen is no follower any more; nothing may be sent."""
        self.known.add(open_id)
        self.unsubscribed.add(open_id)
        self._after_message.pop(open_id, None)
        self._after_act.pop(open_id, None)

    def check_open_id(self, open_id: object) -> str:
        """Let a known open id pass.

        Raises:
            PlatformError: 40003.
        """
        met = self.known | self.blocked | self.unsubscribed
        if not isinstance(open_id, str) or open_id not in met:
            raise PlatformError(40003)
        return open_id

    def take_one(self, open_id: str) -> None:
        """Use up one customer-service message: of the minute first, then of the 48 hours.

        Raises:
            PlatformError: 48002 blocked, 45015 no window open, 45047 all used up.
        """
        if open_id in self.blocked:
            raise PlatformError(48002)
        windows = [
            opened[open_id]
            for opened in (self._after_act, self._after_message)
            if open_id in opened and opened[open_id].until > self._now()
        ]
        if open_id in self.unsubscribed or not windows:
            raise PlatformError(45015)
        window = next((window for window in windows if window.left > 0), None)
        if window is None:
            raise PlatformError(45047)
        window.left -= 1
        self._last_contact[open_id] = self._now()
        self._typing_until.pop(open_id, None)

    def type_to(self, open_id: str, command: object) -> None:
        """Show or take back "typing".

        Raises:
            PlatformError: 45072 another command, 45080 no contact for 30 s, 45081 shown already.
        """
        if command not in ("Typing", "CancelTyping"):
            raise PlatformError(45072)
        now = self._now()
        last = self._last_contact.get(open_id)
        if last is None or now - last > TYPING_AFTER_CONTACT:
            raise PlatformError(45080)
        if command == "CancelTyping":
            self._typing_until.pop(open_id, None)
            return
        if self._typing_until.get(open_id, now) > now:
            raise PlatformError(45081)
        self._typing_until[open_id] = now + TYPING_LASTS

    def is_typed_to(self, open_id: str) -> bool:
        """True while the citizen sees "typing"."""
        return self._typing_until.get(open_id, self._now()) > self._now()

    def _met(self, open_id: str) -> None:
        self.known.add(open_id)
        self._last_contact[open_id] = self._now()
