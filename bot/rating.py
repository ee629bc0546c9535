"""「有帮助」 or 「没帮助」 said right after an answer: taken as feedback, not as a question."""

from __future__ import annotations

from bot.inbox import Outcome, Work
from bot.presenting import options
from bot.services import Services
from connectors.base import Reply

SAID = {"option_helpful": True, "option_unhelpful": False}
"""The quick replies under an answer → whether it helped."""


async def heard(work: Work, text: str, services: Services) -> Outcome | None:
    """The turn of a citizen who rates the answer just given; None for all other words.

    Done again after a crash it comes to the same: feedback on an answer is kept once.
    """
    say = services.city.wording.say
    helpful = next((means for key, means in SAID.items() if text == say(key)), None)
    if helpful is None:
        return None
    conversation_id = work.message.conversation_id
    answer_id = await services.feedback.last_answer(conversation_id)
    if not answer_id:
        return None
    await services.feedback.rate(answer_id, conversation_id=conversation_id, helpful=helpful)
    thanks = (
        Reply(text=say("feedback_thanks"))
        if helpful
        else Reply(
            text=say("feedback_sorry"), options=options(say, "open_case_offer", "option_human")
        )
    )
    return Outcome(replies=(thanks,), context=work.context)
