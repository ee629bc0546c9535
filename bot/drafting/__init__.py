"""Drafts of replies: put together from published content and earlier replies, never sent alone."""
