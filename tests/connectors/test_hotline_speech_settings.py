"""Settings of live speech."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from connectors.calls import Leg
from connectors.channels.hotline.speech_settings import HotlineSpeechSettings


def test_a_centres_own_names_of_legs_are_known_beside_the_usual(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POLICYLINE_HOTLINE_SPEECH_LEGS", '{"A": "citizen", "座席": "operator"}')
    names = HotlineSpeechSettings().leg_names
    assert (names["a"], names["座席"], names["agent"]) == (
        Leg.CITIZEN,
        Leg.OPERATOR,
        Leg.OPERATOR,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://recogniser:10095"},
        {"url": "ws://user:secret@recogniser"},
        {"rate_hz": 11025},
        {"kept_s": 1},
        {"legs": {"a": "third"}},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        HotlineSpeechSettings.model_validate(wrong)
