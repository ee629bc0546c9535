"""What can be switched on and off: how it stands, and which setting it is set by. Pure."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.city.switches import SWITCHES
from bot.settings import PREFIX, Settings, config_path


@dataclass(frozen=True, kw_only=True)
class Feature:
    """A switch.

    Args:
        on: it is in use.
        said: how it stands, in words free of secrets.
        settings: names of the settings it goes by.
        where: where the first of them is set.
        about: what it does.
        switch: its name among `bot.city.switches.SWITCHES`; empty: it is no switch.
        stopped: it is switched off.
    """

    title: str
    about: str
    on: bool
    said: str
    settings: tuple[str, ...]
    where: str
    switch: str = ""
    stopped: bool = False


@dataclass(frozen=True, kw_only=True)
class Set:
    """What is set where: the environment's names, and the file's."""

    environment: Mapping[str, str]
    file: Mapping[str, object]
    path: Path

    def where(self, setting: str) -> str:
        """In words; the environment wins over the file."""
        name = f"{PREFIX}{setting}".upper()
        if any(
            key.upper() == name or key.upper().startswith(f"{name}__") for key in self.environment
        ):
            return "环境变量"
        top, _, below = setting.lower().partition("_")
        table = self.file.get(top)
        if setting.lower() in self.file or (isinstance(table, dict) and below in table):
            return f"设置文件 {self.path.name}"
        return "没有设置，用默认值"


def what_is_set() -> Set:
    """Read where settings come from, as `bot.settings` does."""
    path = config_path()
    try:
        file = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # there is none; a faulty one has kept the process from starting
        file = {}
    return Set(environment=dict(os.environ), file=file, path=path)


def switched(settings: Settings, off: Collection[str]) -> Settings:
    """The settings without what is switched off; a recogniser of speech is no part of them.

    Args:
        settings: as they were read.
        off: names of `bot.city.switches.SWITCHES`.
    """
    without: dict[str, tuple[str, object]] = {
        "rephrase": ("rephrase_url", ""),
        "letter_phone_code": ("letter_phone_code", False),
        "merge_auto": ("merge_auto", 0.0),
        "open311": ("open311_keys", {}),
        "reader": ("reader", None),
    }
    return settings.model_copy(update=dict(without[name] for name in off if name in without))


def features(
    settings: Settings, known: Set, *, speech: bool, off: Collection[str] = ()
) -> tuple[Feature, ...]:
    """Every feature.

    Args:
        settings: in force.
        known: what is set where.
        speech: a recogniser is configured.
        off: what is switched off.
    """

    def made(
        title: str, about: str, names: str, *, on: bool, said: str = "", switch: str = ""
    ) -> Feature:
        settings_named = tuple(names.split())
        return Feature(
            title=title,
            about=about,
            on=on,
            said="已停用" if switch in off else said or ("已启用" if on else "未启用"),
            switch=switch,
            stopped=switch in off,
            settings=tuple(f"{PREFIX}{name}" for name in settings_named),
            where=known.where(settings_named[0]),
        )

    merge = f"概率 {settings.merge_auto:.0%} 以上自动并单" if settings.merge_auto else ""
    keys = len(settings.open311_keys)
    return (
        made(
            SWITCHES["rephrase"],
            "在引文旁给出更好懂的说法；只留引文支持的句子。",
            "REPHRASE_URL REPHRASE_MODEL REPHRASE_KEY",
            on=bool(settings.rephrase_url),
            said=f"已启用，模型 {settings.rephrase_model}" if settings.rephrase_url else "",
            switch="rephrase",
        ),
        made(
            SWITCHES["letter_phone_code"],
            "写信人留的手机号用短信验证码核对；需要短信网关。",
            "LETTER_PHONE_CODE",
            on=settings.letter_phone_code,
            switch="letter_phone_code",
        ),
        made(
            SWITCHES["speech"],
            "微信语音消息转成文字；未启用时请市民发文字。",
            "SPEECH_URL",
            on=speech,
            switch="speech",
        ),
        made(
            "附件查毒",
            "图片、视频和来信附件先查毒再打开。",
            "CLAMD",
            on=bool(settings.clamd),
        ),
        made(
            SWITCHES["merge_auto"],
            "很可能重复的工单不经人工直接合并。",
            "MERGE_AUTO",
            on=settings.merge_auto > 0,
            said=merge,
            switch="merge_auto",
        ),
        made(
            SWITCHES["open311"],
            "持密钥的程序可以登记诉求；没有密钥时只能查询。",
            "OPEN311_KEYS",
            on=keys > 0,
            said=f"已发 {keys} 个密钥" if keys else "没有发密钥",
            switch="open311",
        ),
        made(
            "共用索引（Milvus）",
            "各副本共用一个索引；未启用时各副本自带索引。",
            "MILVUS_URL",
            on=bool(settings.milvus_url),
        ),
        made(
            SWITCHES["reader"],
            "摘句时用学得的模型；未启用时按用词摘句。",
            "READER",
            on=settings.reader is not None,
            switch="reader",
        ),
    )
