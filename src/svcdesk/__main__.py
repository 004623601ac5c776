"""Where the console script and `python -P -m svcdesk` begin.

Without `-P`, Python itself would import modules that lie in the current directory, which may be a
stranger's desk; the console script never looks there.
"""

import os

INTERRUPTED = 130


def run() -> None:
    """Run the command that the arguments name; never returns.

    Imports take the first tenth of a second. An interruption there has nothing to end and nothing
    to tell (nor has a second one, while the first is being told): it shows no traceback.
    """
    try:
        from svcdesk.cli.main import run as run_command

        run_command()
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)


if __name__ == "__main__":
    run()
