"""Time: calendars, durations, policies and the ledger of what is due. Pure: values in, values out.

Instants are whole epoch seconds in UTC everywhere in this package; `instants` is the door to and
from text. Nothing here reads a file or the clock.
"""
