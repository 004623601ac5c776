"""What a branch does to records, said in sentences, and what about it must not pass."""
