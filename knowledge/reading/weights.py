"""What each named sign of a clause or a run counts; `weighing` says how.

Fitted on 405 questions about policy documents; columns are those of `features.judge`, and how a
clause's passage and sentence stand beside the best ones of the document.
"""

from __future__ import annotations

from collections.abc import Mapping

RUN_MEAN: Mapping[str, float] = {
    "far_from_best": -0.0498,
    "focus": 1.91,
    "gives": 1.97,
    "holds_digit": 0.634,
    "passage_of_best": 1.79,
    "sentence_rank": -0.061,
    "worth_of_best": 2.71,
    "worth_rank": -0.276,
}
"""By the mean of a run's clauses."""
RUN_SUM: Mapping[str, float] = {
    "early": -4.22,
    "five_before": 3.63,
    "holds_contact": 2.75,
    "holds_quoted": -0.129,
    "passage_of_best": 1.07,
    "position": -0.881,
    "row": 2.64,
    "sentence": -2.86,
    "sentence_gives": -1.87,
    "sentence_of_best": -1.9,
}
"""By a tenth of the sum over a run's clauses."""
RUN_FIRST: Mapping[str, float] = {
    "from_best": 0.0395,
    "passage_chance": 1.0,
    "worth_of_best": 0.357,
}
"""By a run's first clause."""
RUN_LAST: Mapping[str, float] = {
    "ends_stop": 0.632,
}
"""By its last one."""
SIZE = -0.319
"""By its hundreds of characters."""
SIZE_ASKED: Mapping[str, float] = {
    "asked_how_much": -0.261,
    "asked_when": -0.389,
    "asked_where": -0.389,
    "asked_who": -0.389,
}
"""By the logarithm of its characters, where this is asked for."""
CLAUSE: Mapping[str, float] = {
    "early": -1.25,
    "far_from_best": -0.0513,
    "five_before": -0.296,
    "from_best": 0.0273,
    "from_best_sentence": 0.0944,
    "holds_furniture": -1.63,
    "in_row": 0.742,
    "in_sentence_before": 2.82,
    "kinds": -0.269,
    "listing": 0.188,
    "novelty": 0.804,
    "passage_of_best": 2.58,
    "sentence": -1.73,
    "sentence_before_2": 1.29,
    "sentence_chars": -0.00764,
    "sentence_gives": -0.96,
    "sentence_of_best": -2.54,
    "sentence_position": -1.06,
    "worth_of_best": 3.6,
    "worth_rank": -0.501,
}
"""Log-odds that a clause is part of the answer."""
BIAS = -3.08
