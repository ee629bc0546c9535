"""The machines behind the learned router, on a Gram matrix. Pure numpy.

Some thousands of past orders make a Gram matrix of some thousands of rows: small enough that every
label's machine is found by products of whole matrices.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import cholesky, lapack
from scipy.optimize import minimize

from bot.routing.grams import Floats, Ints

_SVM_STEPS = 25
_LINE_STEPS = 4


def signs(labels: Ints, count: int) -> Floats:
    """A row an order: 1 at its label, -1 elsewhere."""
    found = np.full((len(labels), count), -1, dtype=np.float32)
    found[np.arange(len(labels)), labels] = 1
    return found


def svm(gram: Floats, targets: Floats, cost: float) -> Floats:
    """One-against-rest support vector machines with squared hinge loss, all labels at once.

    Conjugate gradients in the space of the kernel (its inner product, so no preconditioner is
    needed), each label with its own exact step.

    Args:
        gram: n × n, with 1 added for a bias that is held small like the weights.
        targets: n × labels of 1 and -1.
        cost: of a margin missed, as C of LIBLINEAR's L2-loss machine.

    Returns:
        n × labels of dual weights; scores are `gram_of_new @ weights`.
    """
    weights = np.zeros_like(targets)
    scores = np.zeros_like(targets)
    step = step_scores = np.zeros_like(targets)
    last_scores = np.zeros_like(targets)
    last_norm = np.ones(targets.shape[1], dtype=np.float32)
    for turn in range(_SVM_STEPS):
        slope = weights - 2 * cost * targets * np.maximum(0, 1 - targets * scores)
        slope_scores = gram @ slope
        norm = (slope * slope_scores).sum(0)
        if turn:
            keep = np.maximum(0, (norm - (slope * last_scores).sum(0)) / last_norm)
            step, step_scores = keep * step - slope, keep * step_scores - slope_scores
            wrong = (step * slope_scores).sum(0) >= 0
            step[:, wrong], step_scores[:, wrong] = -slope[:, wrong], -slope_scores[:, wrong]
        else:
            step, step_scores = -slope, -slope_scores
        far = _step_length(weights, scores, step, step_scores, targets, cost)
        weights += far * step
        scores += far * step_scores
        last_scores, last_norm = slope_scores, np.maximum(norm, 1e-12)
    return weights


def _step_length(
    weights: Floats,
    scores: Floats,
    step: Floats,
    step_scores: Floats,
    targets: Floats,
    cost: float,
) -> Floats:
    """Newton's method along the step, for each label: the loss is quadratic in pieces."""
    along = (weights * step_scores).sum(0)
    curve = (step * step_scores).sum(0)
    margin, change = 1 - targets * scores, targets * step_scores
    far = np.zeros(targets.shape[1], dtype=np.float32)
    for _ in range(_LINE_STEPS):
        missed = margin - far * change
        hit = missed > 0
        first = along + far * curve - 2 * cost * np.where(hit, missed * change, 0).sum(0)
        second = curve + 2 * cost * np.where(hit, change * change, 0).sum(0)
        far = far - first / np.maximum(second, 1e-12)
    return far


def ridge(gram: Floats, targets: Floats, penalty: float) -> tuple[Floats, Floats, Floats]:
    """Ridge regression and what it would have said of each order had it not seen that order.

    Returns:
        Dual weights (n × labels), means (labels), and the left-out scores (n × labels), found in
        closed form from the inverse's diagonal.
    """
    held = gram.copy()
    held[np.diag_indices_from(held)] += penalty
    lower = cholesky(held, lower=True, overwrite_a=True, check_finite=False)
    half, _ = lapack.spotri(lower, lower=1)
    inverse = np.tril(half) + np.tril(half, -1).T
    means = targets.mean(0)
    weights = inverse @ (targets - means)
    left_out = targets - weights / np.diag(inverse)[:, None]
    return weights, means, left_out


def softmax(scores: Floats) -> Floats:
    """Rows that sum to 1."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def temperature(scores: Floats, labels: Ints) -> float:
    """The factor under which the softmax of scores fits the labels best, from a grid."""
    grid = np.geomspace(0.5, 8, 17)
    rows = np.arange(len(labels))

    def loss(factor: float) -> float:
        return float(-np.log(softmax(scores * np.float32(factor))[rows, labels] + 1e-9).sum())

    return float(min(grid, key=loss))


def fit_softmax(
    inputs: Floats, labels: Ints, start: Floats, penalty: Floats, steps: int = 60
) -> tuple[Floats, Floats]:
    """Multinomial regression held to a prior.

    Args:
        inputs: n × inputs.
        labels: the right label of each.
        start: inputs × labels, the prior weights.
        penalty: one for each input, on the square of the distance from the prior.
        steps: of L-BFGS, at most.

    Returns:
        Weights and biases.
    """
    rows, (width, count) = np.arange(len(labels)), start.shape
    truth = np.zeros((len(labels), count), dtype=np.float32)
    truth[rows, labels] = 1

    def loss(flat: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, object]:
        weights = flat[: width * count].reshape(width, count).astype(np.float32)
        bias = flat[width * count :].astype(np.float32)
        shares = softmax(inputs @ weights + bias)
        away = weights - start
        held = penalty[:, None] * away
        value = -np.log(shares[rows, labels] + 1e-9).mean() + float((held * away).sum())
        error = (shares - truth) / len(labels)
        slope = np.concatenate([(inputs.T @ error + 2 * held).ravel(), error.sum(0) + 2e-4 * bias])
        return float(value + 1e-4 * float(bias @ bias)), slope.astype(np.float64)

    begin = np.concatenate([start.ravel(), np.zeros(count)]).astype(np.float64)
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": steps}).x
    weights = found[: width * count].reshape(width, count).astype(np.float32)
    return weights, found[width * count :].astype(np.float32)
