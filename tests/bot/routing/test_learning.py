"""The learned router: counting, learning, keeping, going back; commands and their formats."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.city.model import City
from bot.cli import application
from bot.routing import store
from bot.routing.classifier import Classifier
from bot.routing.evaluate import evaluate
from bot.routing.grams import Weighting, count, grams, reduced
from bot.routing.kernel import ridge, signs, svm
from bot.routing.orders import Order, OrdersUnreadable, parse, parse_mapping
from bot.routing.training import Learned, TooFewOrders, examples, sure_share, train

NOW = datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def learned(orders: tuple[Order, ...]) -> Learned:
    return train(examples(orders))


def test_a_text_is_reduced_and_counted() -> None:
    assert reduced("Ａ3楼\n停水", "停水") == "停水\na0楼\n停水"
    assert grams("路灯路") == {"路": 2, "灯": 1, "路灯": 1, "灯路": 1, "路灯路": 1}


def test_vectors_have_length_one_and_keep_only_what_recurs() -> None:
    counts = count(["路灯坏了", "路灯亮了", "停水"])
    weighting = Weighting.learn(counts)
    assert set(weighting.names) == {"路", "灯", "路灯", "了"}
    lengths = np.sqrt(weighting.weigh(counts).power(2).sum(axis=1)).A1
    assert lengths == pytest.approx([1, 1, 0])


def test_left_out_ridge_scores_are_those_of_a_machine_without_the_order() -> None:
    points = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)
    gram = points @ points.T
    truth = signs(np.arange(12) % 3, 3)
    _, _, left_out = ridge(gram, truth, 0.5)
    rest = np.arange(1, 12)
    held = gram[np.ix_(rest, rest)] + 0.5 * np.eye(11, dtype=np.float32)
    centred = truth[rest] - truth.mean(0)
    without = gram[0, rest] @ np.linalg.solve(held, centred) + truth.mean(0)
    assert left_out[0] == pytest.approx(without, abs=1e-3)


def test_the_machine_reaches_the_least_loss() -> None:
    points = np.random.default_rng(1).normal(size=(30, 3)).astype(np.float32)
    gram = points @ points.T + 1
    truth = signs((points[:, 0] > 0).astype(np.int64), 2)
    weights = svm(gram, truth, 1.0)
    missed = np.maximum(0, 1 - truth * (gram @ weights))
    slope = gram @ (weights - 2 * truth * missed)
    assert np.abs(slope).max() < 0.02


def test_what_was_learned_is_said_again(learned: Learned, orders: tuple[Order, ...]) -> None:
    said = learned.model.predict("人民路口的井盖破了很危险")
    assert said.departments[0].label == "市城市管理局"
    assert sum(each.confidence for each in said.departments) == pytest.approx(1, abs=1e-3)
    assert said.similar[0].label == "市城市管理局"
    assert said.category == ("城市", "井盖")
    assert learned.left_out.first >= 0.95
    assert learned.left_out.orders == len(orders)


def test_demand_types_are_learned_where_orders_name_them(learned: Learned) -> None:
    asked = learned.model.predict("学校门口的失业金怎么申请").demand
    assert asked is not None
    assert asked.label == "咨询类"


@pytest.mark.parametrize("text", ["", "zzz", "🙂", "一" * 100_000])
def test_unknown_texts_get_an_answer_but_are_not_sent(learned: Learned, text: str) -> None:
    said = learned.model.predict(text)
    assert len(said.departments) == 3
    assert np.isfinite([each.confidence for each in said.departments]).all()


def test_one_department_cannot_be_learned(orders: tuple[Order, ...]) -> None:
    with pytest.raises(TooFewOrders):
        train(examples(orders[:40]))
    with pytest.raises(TooFewOrders):
        evaluate(examples(orders[:40]))


def test_sure_share_is_the_most_that_keeps_the_precision() -> None:
    confidence = np.linspace(1, 0, 100, dtype=np.float32)
    right = np.array([True] * 57 + [False] * 43)
    threshold, share = sure_share(confidence, right)
    assert share == pytest.approx(0.60)
    assert threshold == pytest.approx(confidence[59])
    assert sure_share(confidence, ~right) == (1.01, 0.0)


def test_figures_by_cross_validation(orders: tuple[Order, ...]) -> None:
    done: list[int] = []
    few = Order(order_no="x", title="", content="别的事", department="小单位")
    figures = evaluate(examples((*orders, few)), progress=done.append)
    assert done == [1, 2, 3, 4, 5]
    assert figures.first >= 0.95
    assert figures.first <= figures.first_three <= 1
    assert figures.left_out == {"小单位": 1}
    assert figures.demand_macro_f1 is not None


def test_a_model_is_kept_and_read_back(tmp_path: Path, learned: Learned) -> None:
    name = store.save(tmp_path, learned.model, asdict(learned.left_out), NOW)
    back = store.load(tmp_path, name)
    text = "红绿灯影响通行"
    assert back.predict(text) == learned.model.predict(text)
    assert store.current(tmp_path) == ""
    store.use(tmp_path, name)
    (version,) = store.versions(tmp_path)
    assert version.in_use
    assert version.figures["first"] == learned.left_out.first


@pytest.mark.parametrize(
    ("name", "raw"),
    [("model.json", b"{"), ("model.json", b'{"format": 0}'), ("arrays.npz", b"PK\x03\x04broken")],
)
def test_a_damaged_model_is_not_used(
    tmp_path: Path, learned: Learned, city: City, name: str, raw: bytes
) -> None:
    version = store.save(tmp_path, learned.model, {}, NOW)
    store.use(tmp_path, version)
    (store.folder_of(tmp_path) / version / name).write_bytes(raw)
    with pytest.raises(store.ModelUnreadable):
        store.load(tmp_path, version)
    assert store.router(city, tmp_path)


def test_another_citys_model_is_known_as_such(learned: Learned, city: City) -> None:
    foreign: Classifier = train(
        examples([Order(order_no="", title="", content=f"{w}{n}", department=w)
                  for w in ("甲区环卫所", "乙区水务所") for n in range(12)])
    ).model  # fmt: skip
    assert store.knows(learned.model, city)
    assert not store.knows(foreign, city)


def test_orders_in_the_encodings_offices_use() -> None:
    text = "order_no,content,department\n1,路灯坏了,市城市管理局\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        found = parse(text.encode(encoding))
        assert found.orders[0].content == "路灯坏了"
    assert found.encoding == "gb18030"


def test_rows_without_a_department_are_told() -> None:
    found = parse("content,department\n路灯坏了,\n停水,市自来水公司\n,市民政局\n".encode())
    assert found.skipped == {"没有承办单位": (2,), "没有内容": (4,)}
    assert len(found.orders) == 1


def test_other_column_names() -> None:
    mapping = parse_mapping("content=诉求内容, department=承办单位")
    found = parse("诉求内容,承办单位\n停水,市自来水公司\n".encode(), mapping)
    assert found.orders[0].department == "市自来水公司"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"a,b\n1,2\n", "缺少列"),
        (b"", "缺少列"),
        (b"content,department\n", "没有可用的工单"),
        (b"content,department\n,\n", "没有可用的工单"),
    ],
)
def test_files_that_are_no_orders(raw: bytes, said: str) -> None:
    with pytest.raises(OrdersUnreadable, match=said):
        parse(raw)


@pytest.mark.parametrize("text", ["content", "content=", "what=那"])
def test_mappings_that_are_none(text: str) -> None:
    with pytest.raises(OrdersUnreadable, match="列对应"):
        parse_mapping(text)


@pytest.fixture
def orders_csv(tmp_path: Path, orders: tuple[Order, ...], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POLICYLINE_HOME", str(tmp_path / "home"))
    path = tmp_path / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["order_no", "content", "department", "demand_type"])
        writer.writerows([o.order_no, o.content, o.department, o.demand_type] for o in orders)
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(application(["routing"]), ["routing", *arguments])


def test_train_predict_list_and_go_back(orders_csv: Path, tmp_path: Path) -> None:
    assert "还没有训练过" in run("list").stdout
    assert run("rollback").exit_code == 1
    for _ in range(2):
        trained = run("train", str(orders_csv))
        assert trained.exit_code == 0, trained.output
        assert "已启用" in trained.stdout
    before = json.loads(run("list", "--json").stdout)
    assert [version["in_use"] for version in before] == [False, True]
    assert run("rollback").exit_code == 0
    after = json.loads(run("list", "--json").stdout)
    assert [version["in_use"] for version in after] == [True, False]
    out = tmp_path / "predictions.jsonl"
    assert run("predict", str(orders_csv), "--out", str(out)).exit_code == 0
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 144
    assert set(lines[0]) == {"order_no", "demand_type", "departments", "auto"}
    assert lines[0]["order_no"] == "市城市管理局-0"
    assert lines[0]["departments"][0]["name"] == "市城市管理局"
    assert set(lines[0]["departments"][0]) == {"name", "confidence"}
    assert isinstance(lines[0]["auto"], bool)


def test_predict_without_a_model_goes_by_the_catalogue(orders_csv: Path, tmp_path: Path) -> None:
    out = tmp_path / "predictions.jsonl"
    predicted = run("predict", str(orders_csv), "--out", str(out))
    assert "派单目录" in predicted.stdout
    first = json.loads(out.read_text(encoding="utf-8").splitlines()[0])
    assert first["departments"][0]["name"] == "市城市管理局"


def test_eval_for_programs_and_people(orders_csv: Path) -> None:
    told = json.loads(run("eval", str(orders_csv), "--json").stdout)
    assert told["first"] >= 0.95
    assert {"first_three", "sure", "demand_macro_f1", "took_s", "skipped"} <= set(told)
    assert "首选正确" in run("eval", str(orders_csv)).stdout


def test_wrong_files_are_said_plainly(tmp_path: Path, orders_csv: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_bytes(b"a,b\n1,2\n")
    failed = run("train", str(wrong))
    assert failed.exit_code == 1
    assert "缺少列" in failed.stderr
    assert run("train", str(tmp_path / "none.csv")).exit_code == 2
    unmapped = run("eval", str(orders_csv), "--columns", "what=content")
    assert unmapped.exit_code == 1


def test_a_model_of_an_earlier_format_is_listed_and_not_stumbled_over(
    learned: Learned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = store.save(tmp_path, learned.model, {"first": 0.9}, NOW)
    monkeypatch.setattr(store, "FORMAT", store.FORMAT + 1)
    (version,) = store.versions(tmp_path)
    assert (version.name, version.readable, version.figures) == (name, False, {})
    store.use(tmp_path, name)
    store.use_none(tmp_path)
    assert store.current(tmp_path) == ""
    store.use_none(tmp_path)
