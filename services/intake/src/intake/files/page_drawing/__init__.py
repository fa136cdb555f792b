"""Drawing a page of a scan to be looked at, in a process of its own with little memory and time."""
