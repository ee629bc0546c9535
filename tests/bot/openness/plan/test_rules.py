"""Each duty's rule on the days that matter: ends of weeks, months and years, working days."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest

from bot.openness.plan.by_content import guide_parts, more_needed
from bot.openness.plan.duties import Check, Every, Plan, plan_of
from bot.openness.plan.facts import Facts, OpinionFact, RatingFact, RequestFact
from bot.openness.plan.outcome import Standing
from bot.openness.plan.periods import periods
from knowledge.model import Form, Kind
from tests.bot.openness.plan.world import LIGHTS, OFFICE, document, duty, evidence, stands

MISSED, RISK, WAITS, MET = Standing.MISSED, Standing.AT_RISK, Standing.NOT_DUE, Standing.MET
REPORT = duty(Check.BY_DATE, by=(1, 31))


@pytest.mark.parametrize(
    ("today", "done", "expected"),
    [
        (date(2026, 1, 20), None, WAITS),
        (date(2026, 1, 21), None, RISK),  # ten days before
        (date(2026, 1, 31), None, RISK),
        (date(2026, 2, 1), None, MISSED),
        (date(2026, 1, 31), date(2026, 1, 31), MET),
        (date(2026, 12, 31), date(2026, 1, 31), MET),
        (date(2026, 2, 1), date(2026, 2, 1), MISSED),
        (date(2026, 1, 25), date(2026, 1, 26), RISK),  # entered for a later day than is looked at
        (date(2026, 2, 5), date(2025, 12, 31), MISSED),  # last year's
    ],
)
def test_the_yearly_report_is_due_by_the_31st_of_january(
    today: date, done: date | None, expected: Standing
) -> None:
    facts = Facts(evidence=(evidence(Check.BY_DATE, done),) if done else ())
    assert stands(REPORT, today, facts=facts).standing is expected


def test_what_was_withdrawn_does_not_count() -> None:
    gone = evidence(Check.BY_DATE, date(2026, 1, 10), withdrawn_by="li")
    assert stands(REPORT, date(2026, 2, 1), facts=Facts(evidence=(gone,))).standing is MISSED


def test_another_units_entry_does_not_count() -> None:
    other = evidence(Check.BY_DATE, date(2026, 1, 10), unit="市水利局")
    assert stands(REPORT, date(2026, 2, 1), facts=Facts(evidence=(other,))).standing is MISSED


WEEKLY = duty(Check.RHYTHM, every=Every.WEEK)


def test_weeks_run_from_monday_to_sunday_and_belong_to_the_year_they_end_in() -> None:
    weeks = list(periods(2026, Every.WEEK))
    assert (weeks[0].first, weeks[0].last) == (date(2025, 12, 29), date(2026, 1, 4))
    assert (weeks[-1].last, len(weeks)) == (date(2026, 12, 27), 52)
    assert next(periods(2027, Every.WEEK)).first == date(2026, 12, 28)
    assert all(a.last + timedelta(days=1) == b.first for a, b in itertools.pairwise(weeks))
    assert len(list(periods(2023, Every.WEEK))) == 53


def test_a_week_is_at_risk_from_friday_and_missed_on_monday() -> None:
    old = evidence(Check.RHYTHM, date(2026, 1, 1))
    expected = {date(2026, 1, 8): MET, date(2026, 1, 9): RISK, date(2026, 1, 11): RISK}
    for today, how in {**expected, date(2026, 1, 12): MISSED}.items():
        assert stands(WEEKLY, today, facts=Facts(evidence=(old,))).standing is how
    both = Facts(evidence=(old, evidence(Check.RHYTHM, date(2026, 1, 11))))
    found = stands(WEEKLY, date(2026, 1, 12), facts=both)
    assert (found.standing, found.done, found.owed) == (MET, 2, 2)


def test_only_what_fell_due_in_the_span_is_looked_at() -> None:
    facts = Facts(evidence=(evidence(Check.RHYTHM, date(2026, 3, 4)),))
    year = stands(WEEKLY, date(2026, 3, 8), facts=facts)
    week = stands(WEEKLY, date(2026, 3, 8), facts=facts, since=date(2026, 3, 2))
    assert (year.standing, year.done, year.owed) == (MISSED, 1, 10)
    assert (week.standing, week.done, week.owed) == (MET, 1, 1)


def test_what_fell_due_before_the_city_began_is_not_looked_at() -> None:
    plan = Plan(year=2021, title="要点", begins_on=date(2026, 3, 1), duties=(WEEKLY,))
    assert stands(WEEKLY, date(2026, 2, 27), plan=plan).owed == 0
    assert stands(WEEKLY, date(2026, 3, 9), plan=plan).owed == 2  # 1 March is a Sunday


def test_each_column_has_its_own_rhythm() -> None:
    two = duty(Check.RHYTHM, every=Every.MONTH, items=("甲", "乙"))
    facts = Facts(evidence=(evidence(Check.RHYTHM, date(2026, 1, 31), item="甲"),))
    found = stands(two, date(2026, 2, 1), facts=facts)
    assert (found.standing, found.done, found.owed) == (MISSED, 1, 2)
    assert "没有做 1 项：乙1月" in found.said


def test_a_leap_years_february_and_the_last_month_end_rightly() -> None:
    monthly = [period.last for period in periods(2028, Every.MONTH)]
    assert (monthly[1], monthly[11]) == (date(2028, 2, 29), date(2028, 12, 31))
    assert [p.last for p in periods(2026, Every.QUARTER)] == [
        date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31)
    ]  # fmt: skip


def test_once_a_year_at_its_beginning() -> None:
    early = duty(Check.RHYTHM, every=Every.YEAR, by=(2, 28))
    assert stands(early, date(2026, 2, 17)).standing is WAITS
    assert stands(early, date(2026, 2, 28)).standing is RISK
    assert stands(early, date(2026, 3, 1)).standing is MISSED
    done = Facts(evidence=(evidence(Check.RHYTHM, date(2026, 2, 28)),))
    assert stands(early, date(2026, 3, 1), facts=done).standing is MET


AFTER = duty(Check.AFTER, event="两会闭幕", days=14, items=("预算", "决算"))


def plan_with_sessions(*days: date) -> Plan:
    return Plan(year=2021, title="要点", office=OFFICE, duties=(AFTER,), events={"两会闭幕": days})


def test_budgets_are_due_two_weeks_after_the_sessions() -> None:
    plan = plan_with_sessions(date(2025, 1, 10), date(2026, 2, 10))
    facts = Facts(
        evidence=(
            evidence(Check.AFTER, date(2026, 2, 24), item="预算"),
            evidence(Check.AFTER, date(2026, 2, 25), item="决算"),
        )
    )
    assert stands(AFTER, date(2026, 2, 13), plan=plan).standing is WAITS
    assert stands(AFTER, date(2026, 2, 24), plan=plan).standing is RISK
    assert stands(AFTER, date(2026, 2, 25), plan=plan).standing is MISSED
    late = stands(AFTER, date(2026, 3, 1), plan=plan, facts=facts)
    assert (late.standing, late.done, late.owed) == (MISSED, 1, 2)
    assert "做晚了 1 项：决算" in late.said


def test_without_the_day_of_the_sessions_nothing_is_due() -> None:
    assert stands(AFTER, date(2026, 12, 31), plan=plan_with_sessions()).standing is WAITS
    entered = Facts(evidence=(evidence(Check.AFTER, date(2026, 2, 10), item="两会闭幕"),))
    found = stands(AFTER, date(2026, 2, 25), plan=plan_with_sessions(), facts=entered)
    assert found.standing is MISSED


HEAD = duty(Check.HEAD, number=2)


@pytest.mark.parametrize(
    ("today", "interpretations", "expected"),
    [
        (date(2026, 7, 1), 0, WAITS),  # the 182nd of 365 days
        (date(2026, 7, 2), 0, RISK),  # half of the year is over, and none of two
        (date(2026, 7, 3), 1, WAITS),
        (date(2026, 11, 1), 1, WAITS),
        (date(2026, 11, 2), 1, RISK),
        (date(2026, 12, 31), 1, RISK),
        (date(2027, 1, 1), 1, MISSED),
        (date(2026, 1, 15), 2, MET),
        (date(2027, 1, 1), 2, MET),
    ],
)
def test_the_head_interprets_twice_a_year(
    today: date, interpretations: int, expected: Standing
) -> None:
    documents = tuple(
        document(str(at), Kind.INTERPRETATION, date(2026, 1, 10), Form.FIRST_INTERPRETER)
        for at in range(interpretations)
    )
    assert stands(HEAD, today, facts=Facts(published=documents)).standing is expected


def test_one_interpretation_entered_and_published_counts_once() -> None:
    facts = Facts(
        published=(
            document("1", Kind.INTERPRETATION, date(2026, 1, 10), Form.FIRST_INTERPRETER),
            document("2", Kind.INTERPRETATION, date(2026, 1, 10), Form.QA),
            document("3", Kind.INTERPRETATION, date(2025, 12, 31), Form.FIRST_INTERPRETER),
        ),
        evidence=(evidence(Check.HEAD, date(2026, 1, 10), "文件1"),),
    )
    assert stands(HEAD, date(2026, 3, 1), facts=facts).done == 1


FORMS = duty(Check.FORMS, number=60, items=("图表图解", "音频视频"))


def told(*forms: Form) -> Facts:
    return Facts(
        published=tuple(
            document(str(at), Kind.INTERPRETATION, date(2026, 2, 1), form)
            for at, form in enumerate(forms)
        )
    )


def test_sixty_per_cent_of_forms_beyond_text() -> None:
    text, chart, film, qa = Form.TEXT, Form.CHART, Form.AUDIO_VIDEO, Form.QA
    today = date(2026, 6, 1)
    assert stands(FORMS, today).standing is WAITS
    exactly = stands(FORMS, today, facts=told(text, text, chart, film, qa))
    assert (exactly.standing, exactly.done, exactly.owed) == (MET, 3, 5)
    below = told(text, text, text, chart)
    found = stands(FORMS, today, facts=below)
    assert found.standing is RISK
    assert "（25.0%）" in found.said
    assert "再有 4 篇" in found.said  # 5 of 8 are 62.5%, 4 of 7 only 57.1%
    assert stands(FORMS, date(2027, 1, 1), facts=below).standing is MISSED
    assert stands(FORMS, date(2027, 1, 1)).standing is MET


@pytest.mark.parametrize("beyond", range(7))
@pytest.mark.parametrize("percent", [1, 50, 60, 99])
def test_so_many_more_reach_the_share_and_no_fewer(beyond: int, percent: int) -> None:
    total, more = 7, more_needed(beyond, 7, percent)
    assert (beyond + more) * 100 >= percent * (total + more)
    assert more == 0 or (beyond + more - 1) * 100 < percent * (total + more - 1)


def test_an_entry_gives_a_text_another_form() -> None:
    entry = evidence(Check.FORMS, date(2026, 2, 3), "文件0", "图表图解")
    facts = Facts(published=told(Form.TEXT).published, evidence=(entry,))
    found = stands(FORMS, date(2026, 6, 1), facts=facts)
    assert (found.standing, found.done, found.owed) == (MET, 1, 1)


WITH_POLICY = duty(Check.WITH_POLICY, items=("解读", "不需解读"))


def test_a_policy_and_its_interpretation_on_the_same_day() -> None:
    day = date(2026, 3, 4)
    policy = document("p", Kind.POLICY, day)

    def how(today: date, *others: object) -> Standing:
        facts = Facts(
            published=(policy, *(o for o in others if hasattr(o, "kind"))),  # type: ignore[arg-type]
            evidence=tuple(o for o in others if not hasattr(o, "kind")),  # type: ignore[arg-type]
        )
        return stands(WITH_POLICY, today, facts=facts).standing

    same = document("i", Kind.INTERPRETATION, day, policy_id="p")
    next_day = document("i", Kind.INTERPRETATION, date(2026, 3, 5), policy_id="p")
    other = document("i", Kind.INTERPRETATION, day, policy_id="q")
    assert how(day) is RISK
    assert how(date(2026, 3, 5)) is MISSED
    assert how(day, same) is MET
    assert how(date(2026, 4, 1), next_day) is MISSED
    assert how(date(2026, 4, 1), other) is MISSED
    assert how(date(2026, 4, 1), evidence(Check.WITH_POLICY, day, "文件p", "解读")) is MET
    assert how(date(2026, 4, 1), evidence(Check.WITH_POLICY, day, "文件p", "不需解读")) is WAITS


def test_an_interpretation_is_spread_by_site_and_wechat() -> None:
    spread = duty(Check.SPREAD, items=("网站", "微信"), days=7)
    one = document("i", Kind.INTERPRETATION, date(2026, 3, 2), link="https://example.com")
    sent = evidence(Check.SPREAD, date(2026, 3, 9), "文件i", "微信")
    found = stands(spread, date(2026, 3, 10), facts=Facts(published=(one,)))
    assert (found.standing, found.done, found.owed) == (MISSED, 1, 2)
    found = stands(spread, date(2026, 3, 10), facts=Facts(published=(one,), evidence=(sent,)))
    assert (found.standing, found.done) == (MET, 2)


GUIDES = duty(
    Check.GUIDES, days=10, working=True, words={"材料": ("材料", "证件"), "投诉": ("投诉",)}
)


def test_a_guide_lacks_parts_until_they_stand_somewhere() -> None:
    # Ten working days after Friday 24 April 2026: the holidays of May move them to 11 May.
    parts = guide_parts(GUIDES, "带证件来")
    assert parts == {"材料"}
    one = document("g", Kind.GUIDE, date(2026, 4, 24), parts=parts)
    facts = Facts(published=(one,))
    due = stands(GUIDES, date(2026, 4, 24), facts=facts).due_on
    assert due is not None
    assert due > date(2026, 5, 8)
    assert stands(GUIDES, due, facts=facts).standing is RISK
    late = stands(GUIDES, due + timedelta(days=1), facts=facts)
    assert late.standing is MISSED
    assert "文件g缺投诉" in late.said
    elsewhere = evidence(Check.GUIDES, date(2026, 5, 20), "文件g", "投诉")
    both = Facts(published=(one,), evidence=(elsewhere,))
    assert stands(GUIDES, date(2026, 6, 1), facts=both).standing is MET
    gone = Facts(published=(document("g", Kind.GUIDE, date(2026, 4, 24), now=False),))
    assert stands(GUIDES, date(2026, 6, 1), facts=gone).standing is WAITS


def test_a_guide_of_an_earlier_year_is_still_looked_at() -> None:
    facts = Facts(published=(document("g", Kind.GUIDE, date(2022, 4, 24)),))
    assert stands(GUIDES, date(2026, 1, 5), facts=facts).standing is MISSED


PROPOSALS = duty(Check.ANSWERED, items=("建议提案", "办理结果"))


def test_a_proposal_and_its_result_together_over_the_end_of_a_year() -> None:
    opened = evidence(Check.ANSWERED, date(2026, 12, 31), "第1号", "建议提案")
    assert stands(PROPOSALS, date(2026, 12, 31), facts=Facts(evidence=(opened,))).standing is RISK
    late = evidence(Check.ANSWERED, date(2027, 1, 1), "第1号", "办理结果")
    found = stands(PROPOSALS, date(2027, 1, 5), facts=Facts(evidence=(opened, late)))
    assert found.standing is MISSED
    other = evidence(Check.ANSWERED, date(2026, 12, 31), "第2号", "办理结果")
    found = stands(PROPOSALS, date(2027, 1, 5), facts=Facts(evidence=(opened, other)))
    assert found.standing is MISSED


def test_a_rumour_is_refuted_by_the_next_working_day() -> None:
    rumours = duty(Check.ANSWERED, items=("发现谣言", "公布真相"), days=1, working=True)
    seen = evidence(Check.ANSWERED, date(2026, 3, 6), "停水三天", "发现谣言")  # a Friday
    monday = document("r", Kind.REFUTATION, date(2026, 3, 9), title="停水三天")
    tuesday = document("r", Kind.REFUTATION, date(2026, 3, 10), title="停水三天")
    alone = Facts(evidence=(seen,))
    assert stands(rumours, date(2026, 3, 9), facts=alone).standing is RISK
    assert stands(rumours, date(2026, 3, 10), facts=alone).standing is MISSED
    for refutation, how in ((monday, MET), (tuesday, MISSED)):
        facts = Facts(evidence=(seen,), published=(refutation,))
        assert stands(rumours, date(2026, 3, 12), facts=facts).standing is how


def test_a_project_shows_all_its_kinds_by_the_end_of_the_year() -> None:
    projects = duty(Check.SUBJECTS, items=("批准", "竣工"))
    begun = evidence(Check.SUBJECTS, date(2026, 5, 5), "大桥", "批准")
    ended = evidence(Check.SUBJECTS, date(2026, 12, 31), "大桥", "竣工")
    facts = Facts(evidence=(begun,))
    assert stands(projects, date(2026, 10, 31)).standing is WAITS
    assert stands(projects, date(2026, 10, 31), facts=facts).standing is MET  # so far
    assert stands(projects, date(2026, 11, 1), facts=facts).standing is RISK
    assert stands(projects, date(2027, 1, 1), facts=facts).standing is MISSED
    whole = Facts(evidence=(begun, ended))
    assert stands(projects, date(2027, 1, 1), facts=whole).standing is MET


def test_each_field_has_its_list() -> None:
    lists = duty(Check.LIST, items=("教育", "养老"))
    facts = Facts(evidence=(evidence(Check.LIST, date(2026, 5, 5), item="教育"),))
    found = stands(lists, date(2027, 1, 1), facts=facts)
    assert (found.standing, found.done, found.owed) == (MISSED, 1, 2)


OPINION = duty(Check.OPINION)


def item(**changes: object) -> Facts:
    values = {"title": "停水", "what": "作出回应", "unit": LIGHTS, "due_on": date(2026, 3, 4)}
    return Facts(opinions=(OpinionFact(**{**values, **changes}),))  # type: ignore[arg-type]


def test_opinion_is_judged_by_the_hour_within_the_day() -> None:
    day = date(2026, 3, 4)
    assert stands(OPINION, date(2026, 3, 3), facts=item()).standing is WAITS
    assert stands(OPINION, day, facts=item()).standing is RISK
    assert stands(OPINION, day, facts=item(overdue=True)).standing is MISSED
    assert stands(OPINION, day, facts=item(done_on=day, in_time=False)).standing is MISSED
    assert stands(OPINION, day, facts=item(done_on=day, in_time=True)).standing is MET
    assert stands(OPINION, day, facts=item(done_on=day)).standing is MET  # not needed


def test_bad_grades_are_followed_up() -> None:
    rated = duty(Check.RATINGS)

    def how(**counts: int) -> Standing:
        facts = Facts(ratings=(RatingFact(unit=LIGHTS, **counts),))
        return stands(rated, date(2026, 3, 4), facts=facts).standing

    assert how() is WAITS
    assert how(done=2) is MET
    assert how(done=2, due=1) is RISK
    assert how(done=2, overdue=1) is MISSED
    assert how(late=1) is MISSED
    other = Facts(ratings=(RatingFact(unit="市水利局", overdue=3),))
    assert stands(rated, date(2027, 1, 1), facts=other).standing is MET


def test_a_request_is_answered_in_time_and_its_record_closed() -> None:
    requests = duty(Check.DISCLOSURE, days=10, working=True)

    def how(today: date, **changes: object) -> Standing:
        values = {
            "number": "1",
            "unit": LIGHTS,
            "received_on": date(2026, 3, 2),
            "due_on": date(2026, 3, 30),
        }
        facts = Facts(requests=(RequestFact(**{**values, **changes}),))  # type: ignore[arg-type]
        return stands(requests, today, facts=facts).standing

    ended = date(2026, 3, 16)  # a Monday; ten working days later is the 30th
    assert how(date(2026, 3, 19)) is WAITS
    assert how(date(2026, 3, 30)) is RISK
    assert how(date(2026, 3, 31)) is MISSED
    assert how(date(2026, 3, 31), due_on=None) is WAITS
    assert how(date(2026, 3, 30), ended_on=ended) is RISK
    assert how(date(2026, 3, 31), ended_on=ended) is MISSED
    assert how(date(2026, 3, 31), ended_on=ended, recorded=True) is MET
    late = date(2026, 3, 31)
    assert how(late, ended_on=late, recorded=True, in_time=False) is MISSED


def test_a_plan_stays_in_force_until_the_next() -> None:
    plans = (Plan(year=2021, title="一"), Plan(year=2027, title="二"))
    assert plan_of(plans, 2020) is None
    assert [plan_of(plans, year) for year in (2021, 2026)] == [plans[0], plans[0]]
    assert plan_of(plans, 2030) is plans[1]


def test_a_span_that_is_over_is_judged_the_day_after_by_what_was_done_in_it() -> None:
    sunday, late = date(2026, 3, 8), evidence(Check.RHYTHM, date(2026, 3, 9))
    week = {"since": date(2026, 3, 2), "until": sunday}
    running = stands(WEEKLY, sunday, facts=Facts(evidence=(late,)), **week)
    over = stands(WEEKLY, date(2026, 3, 9), facts=Facts(evidence=(late,)), **week)
    assert (running.standing, over.standing) == (RISK, MISSED)
    assert (over.done, over.owed) == (0, 1)  # the entry is the next week's
    film = document("i", Kind.INTERPRETATION, date(2027, 1, 1), Form.AUDIO_VIDEO)
    year = {"until": date(2026, 12, 31)}
    assert stands(FORMS, date(2027, 1, 1), facts=Facts(published=(film,)), **year).owed == 0
    assert stands(HEAD, date(2027, 1, 1), **year).standing is MISSED
