"""`python -m svcdesk`: the same as the console script."""

from svcdesk.cli.main import run

run()
