"""Desks of any size, always the same, and what svcdesk's commands cost in them."""
