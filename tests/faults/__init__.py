"""Faults under load, drawn from a seed: what was acknowledged is kept, sent once, and recovers."""
