"""Records and findings as tables: pure functions."""
