"""Channels: ways to tell what happened, one module a channel.

Where to and by what program comes from the user's own configuration, never from the desk.
"""
