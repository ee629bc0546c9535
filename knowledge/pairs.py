"""Question-answer pairs written by editors, as text the reader of structure finds again. Pure."""

from __future__ import annotations

from dataclasses import replace

from knowledge.ingest.markers import ANSWERED, ASKED, marker
from knowledge.ingest.outline import MAX_QUESTION
from knowledge.ingest.structure import passages
from knowledge.model import Document
from knowledge.review import ReviewError

MIN_QUESTION = 4


def with_pair(document: Document, question: str, answer: str) -> Document:
    """The document with one more pair at its end.

    An answer with numbered lines becomes one paragraph: numbers at the beginning of lines would
    take the questions after it for parts of it.

    Args:
        document: of questions and answers, or without text yet.
        question: one line; its mark of asking is added where it has none.
        answer: what citizens are to read, in paragraphs.

    Raises:
        ReviewError: the pair, or one before it, would not be found again.
    """
    asked, said = _question(question), _answer(answer)
    before = document.text.rstrip()
    pair = f"问：{asked}\n答：{said}"
    written = replace(document, text=f"{before}\n{pair}" if before else pair)
    known = [each.question for each in passages(document) if each.question]
    found = [each for each in passages(written) if each.question]
    if not set(known) <= {each.question for each in found}:
        raise ReviewError("加上这一对问答后，原有的问答会认不出来，请另建一份常见问题。")
    own = [each.text for each in found if each.question == asked]
    if not own or not said.startswith(own[0]) or not said.endswith(own[-1]):
        raise ReviewError("这份文件的写法与问答不同，加进去会认不出来，请另建一份常见问题。")
    return written


def _question(question: str) -> str:
    asked = " ".join(question.split())
    asked = asked[found.end() :] if (found := ASKED.match(asked)) else asked
    asked = asked if asked.endswith(("？", "?")) else f"{asked.rstrip('。.！!')}？"
    if not MIN_QUESTION <= len(asked) <= MAX_QUESTION:
        raise ReviewError(f"问题请写成一句话，{MIN_QUESTION} 到 {MAX_QUESTION} 个字。")
    return asked


def _answer(answer: str) -> str:
    lines = [line.strip() for line in answer.splitlines() if line.strip()]
    if not lines:
        raise ReviewError("请写答案。")
    if any(ASKED.match(line) for line in lines):
        raise ReviewError("答案里不要再写“问：”，另一个问题请另写一对问答。")
    answered = ANSWERED.match(lines[0])
    lines[0] = lines[0][answered.end() :] if answered else lines[0]
    numbered = any(marker(line) for line in lines)
    return ("" if numbered else "\n").join(lines)
