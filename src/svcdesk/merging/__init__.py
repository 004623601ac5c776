"""Merging two versions of a record that began as one: pure, the same on every clone."""
