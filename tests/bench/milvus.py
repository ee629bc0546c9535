"""Finding in this process beside finding in Milvus (Milvus Lite on this machine)."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from knowledge import query as queries
from knowledge.embedded import EmbeddedIndex
from knowledge.index import Entry, Index, Query
from knowledge.ingest.structure import passages
from knowledge.model import Document, Life
from nlu.encoder_training import learn_from_texts
from tests.bench.table import Row, percentile
from tests.milvus_lite import milvus_lite

PASSAGES = 10_000
QUESTIONS = 200
TODAY = date(2026, 3, 2)
_WHO = ("老年人", "残疾人", "退役军人", "返乡农民工", "高校毕业生", "个体工商户", "新生儿")
_WHAT = ("补贴", "贷款", "医疗保险", "住房公积金", "营业执照", "落户", "入学", "养老金", "低保")
_DOES = ("申请", "登记", "备案", "缴费", "报销", "变更", "注销", "查询", "转移", "复核")
_WITH = ("身份证", "户口簿", "银行卡复印件", "申请表", "照片", "房产证", "劳动合同", "诊断证明")


def entries(count: int) -> list[Entry]:
    """Invented documents with `count` passages together, always the same."""
    chance = random.Random(7)  # noqa: S311 - a bench needs the same texts each time
    found: list[Entry] = []
    left = count
    while left > 0:
        serial = len(found)
        who, what = chance.choice(_WHO), chance.choice(_WHAT)
        text = "\n".join(
            f"第{line}条 {chance.choice(_WHO)}{chance.choice(_DOES)}{chance.choice(_WHAT)}的，"
            f"应当提交{'、'.join(chance.sample(_WITH, 3))}，由第{chance.randrange(900)}号窗口受理，"
            f"{chance.randrange(3, 60)}个工作日内办结；逾期{chance.randrange(3, 90)}日未"
            f"{chance.choice(_DOES)}的，{chance.choice(_WHAT)}自次月起停发，"
            f"标准为每人每月{chance.randrange(30, 2000)}元。"
            for line in range(1, 11)
        )
        document = Document(
            id=f"bench-{serial}",
            title=f"{who}{what}{chance.choice(_DOES)}办法第{serial}号（示例）",
            text=text,
            life=Life.PUBLISHED,
        )
        found.append(Entry(document=document, passages=passages(document)[:left]))
        left -= len(found[-1].passages)
    return found


def rows(count: int = PASSAGES) -> Sequence[Row]:
    """Time to build, and each question's time, warm."""
    held = entries(count)
    encoder = learn_from_texts([each.document.title for each in held])
    chance = random.Random(11)  # noqa: S311 - as above
    questions = [
        f"{chance.choice(_WHO)}{chance.choice(_DOES)}{chance.choice(_WHAT)}要带什么材料"
        for _ in range(QUESTIONS)
    ]
    began = time.perf_counter()
    embedded = EmbeddedIndex.build(held, encoder)
    built = time.perf_counter() - began
    asked = [queries.understood(question, (), embedded)[0] for question in questions]
    ours = _times(embedded, asked)
    with tempfile.TemporaryDirectory() as folder, milvus_lite(Path(folder)) as lite:
        collections = lite.collections(encoder)
        began = time.perf_counter()
        in_milvus = lite.build(held, encoder)
        took = time.perf_counter() - began
        began = time.perf_counter()
        type(in_milvus).build(held, collections)
        again = time.perf_counter() - began
        theirs = _times(in_milvus, asked)
    name = "Milvus Lite"
    return [
        Row(
            what=f"build, {count:,} passages in {len(held):,} documents",
            ours=f"{built:.1f} s",
            peer=f"{took:.1f} s (a replica's next start: {again:.1f} s)",
            peer_name=name,
            ratio=f"{took / built:.1f} times",
        ),
        *(
            Row(
                what=f"one question, {label}",
                ours=f"{1000 * percentile(ours, share):.1f} ms",
                peer=f"{1000 * percentile(theirs, share):.1f} ms",
                peer_name=name,
                ratio=f"{percentile(theirs, share) / percentile(ours, share):.1f} times",
            )
            for label, share in (("p50", 0.5), ("p99", 0.99))
        ),
    ]


def _times(index: Index, asked: Sequence[Query]) -> list[float]:
    taken = []
    for query in (*asked[:20], *asked):
        began = time.perf_counter()
        index.search(query, 30, TODAY)
        taken.append(time.perf_counter() - began)
    return taken[20:]
