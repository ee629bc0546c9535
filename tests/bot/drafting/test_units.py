"""The rule that reads the answering unit from a reply without a column for it."""

from __future__ import annotations

import pytest

from bot.drafting.units import answering_unit, line_of


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        ("您好！已安排修复。感谢您的关心！小城教育局2025年3月1日", "教育"),
        ("您好！经市交警支队核实，该路口将增设信号灯。", "交警"),
        ("网友：您反映的问题已转市水利局调查处理。", "水利"),
        ("您好！请咨询市公积金管理中心办理提取，电话0795-6123456。", "房产"),
        ("您好！已安排清理。感谢您的来信！石桥镇人民政府 2025年3月1日", "石桥镇街"),
        ("您好！感谢您的建议，我们会认真研究。", ""),
    ],
)
def test_whose_reply_it_is(reply: str, line: str) -> None:
    assert answering_unit(reply) == line


def test_a_peoples_government_is_no_civil_affairs_office() -> None:
    assert line_of("石桥镇人民政府") == "石桥镇街"
    assert line_of("市民政局") == "民政"
