"""Commands of intake beside its processes: `python -m intake <name>`."""
