"""Everything that touches files and git: reading behind the guard, writing, the desk's history."""
