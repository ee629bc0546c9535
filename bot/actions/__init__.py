"""Rasa's custom actions, served by us over Rasa's HTTP action protocol.

`view` parses a request and writes the answer, `case_form` and `small_forms` decide (pure),
`handlers` reach the services, `server` is the route.
"""

from bot.actions.server import PATH, TOKEN_HEADER, add_action_routes
from bot.actions.services import ActionServices, Knowledge

__all__ = ["PATH", "TOKEN_HEADER", "ActionServices", "Knowledge", "add_action_routes"]
