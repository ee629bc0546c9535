"""Picking the clauses of a document that answer: features, learned trees, the best run."""
