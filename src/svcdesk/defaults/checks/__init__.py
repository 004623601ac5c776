"""Rules that records are judged by, after the norms in docs/norms: one module a concern.

What only was imported is history that nobody here can mend, so it is a note.
"""
