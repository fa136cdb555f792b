"""Speed measured, each figure beside its limit in the same run: `make bench`.

One module a path: accept, relay, process, visible, lifecycle, shapes. Each has `measure(place)`,
which yields the rows of the table. Nothing here asserts a time.
"""
