"""What may happen to a record, and what it is after all that happened: pure functions."""
