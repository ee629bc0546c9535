"""What commands share: who runs them, the library alone, one way to fail, one to print."""

from __future__ import annotations

import asyncio
import getpass
import json
import logging
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from rich.console import Console

from bot.errors import PolicylineError

if TYPE_CHECKING:
    from bot.library import Library
    from knowledge.model import Document

OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)
_T = TypeVar("_T")


@asynccontextmanager
async def opened(*, index: bool) -> AsyncIterator[Library]:
    """The library alone: the database, and Redis for a wake-up where there is one.

    Args:
        index: build the index too, for commands that find or answer.
    """
    from bot.cache import Cache
    from bot.clock import SystemClock
    from bot.indexing import index_maker
    from bot.library import Library, encoder_maker, thresholds_of
    from bot.settings import load
    from bot.stored import storage_of

    settings = load()
    settings.home.mkdir(parents=True, exist_ok=True)
    storage, cache = storage_of(settings), Cache(settings.redis)
    logging.getLogger("bot.cache").setLevel(logging.ERROR)  # without Redis a wake-up is lost: fine
    library = Library(
        storage,
        clock=SystemClock(),
        signals=cache,
        encoder=encoder_maker(settings),
        build=index_maker(settings),
        thresholds=thresholds_of(settings),
        second_reader=settings.second_reader,
    )
    try:
        await storage.upgrade()
        if index:
            await library.refresh()
        yield library
    finally:
        await cache.close()
        await storage.close()


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a command; what went wrong is one Chinese sentence and exit code 1, or 2 for settings."""
    from bot.settings import SettingsError
    from bot.storage.schema import NewerSchema
    from bot.storage.units import DatabaseAway
    from knowledge.index import IndexAway
    from nlu.encoder import NoEncoder

    try:
        return asyncio.run(work)
    except (DatabaseAway, NewerSchema, IndexAway) as error:
        ERR.print(str(error), style="red", markup=False)
    except PolicylineError as error:
        ERR.print(error.message, style="red", markup=False)
    except NoEncoder as error:
        ERR.print(f"语义编码器无法打开：{error}", style="red", markup=False)
    except SettingsError as error:
        ERR.print("\n".join(error.faults), style="red", markup=False)
        raise typer.Exit(2) from error
    raise typer.Exit(1)


def operator() -> str:
    """Who runs the command, for the record."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # no such user in the container
        return "cli"


def described(document: Document) -> dict[str, Any]:
    """A document as lists of documents tell it."""
    return {
        "id": document.id,
        "title": document.title,
        "kind": document.kind.value,
        "life": document.life.value,
        "number": document.number,
        "department": document.department,
        "published_on": document.published_on and document.published_on.isoformat(),
        "issued_on": document.issued_on and document.issued_on.isoformat(),
        "valid_from": document.valid_from and document.valid_from.isoformat(),
        "valid_to": document.valid_to and document.valid_to.isoformat(),
        "version": document.version,
        "url": document.url,
    }


def dumped(value: Any) -> str:
    """One line of JSON, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False)


def print_json(value: Any) -> None:
    """To standard output."""
    sys.stdout.write(dumped(value) + "\n")
