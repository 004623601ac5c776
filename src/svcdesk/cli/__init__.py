"""The command line: each command parses, calls the desk once, shows the answer."""
