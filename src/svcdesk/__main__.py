"""`python -P -m svcdesk`: the same as the console script.

Without `-P`, Python itself would import modules that lie in the current directory, which may be a
stranger's desk; the console script never looks there.
"""

from svcdesk.cli.main import run

run()
