"""Tools of the command line: `python -m routing <tool>`, which need no running service."""
