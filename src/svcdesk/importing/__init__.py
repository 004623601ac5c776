"""Other systems' rows as records and events, by a mapping that is data: pure functions."""
