"""Rasa components of our own; Rasa is started with the checkout's root on PYTHONPATH."""
