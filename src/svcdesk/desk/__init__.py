"""The use cases: what can be done with a desk. `open_desk` is the door for programs."""

from svcdesk.desk.desk import Desk, find_root, open_desk
from svcdesk.desk.records import Circumstances
from svcdesk.desk.writing import Done, Options

__all__ = ["Circumstances", "Desk", "Done", "Options", "find_root", "open_desk"]
