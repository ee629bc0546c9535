"""Text messages to callers, through a gateway that signs its requests as we do ours."""
