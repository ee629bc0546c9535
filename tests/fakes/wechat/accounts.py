"""What the platform knows of an official account."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Literal

Mode = Literal["plain", "compatible", "encrypted"]
Kind = Literal["service", "subscription", "test"]


@dataclass
class Account:
    """An official account as the platform knows it.

    Attributes:
        mode: how callbacks are written: plain, both forms in one body, or encrypted.
        kind: `msgmenu` is refused to test and subscription accounts (40200).
        unauthorised: paths of interfaces the account may not call (48001), such as
            `/cgi-bin/message/template/send`.
        templates: id of each authorised template, and the names of its parameters.
    """

    app_id: str = "wx0123456789abcdef"
    secret: str = field(default_factory=lambda: secrets.token_hex(16))
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    aes_key: str = field(default_factory=lambda: secrets.token_hex(21) + "A")
    original_id: str = "gh_fengcheng"
    mode: Mode = "encrypted"
    kind: Kind = "service"
    unauthorised: set[str] = field(default_factory=set)
    templates: dict[str, tuple[str, ...]] = field(default_factory=dict)
