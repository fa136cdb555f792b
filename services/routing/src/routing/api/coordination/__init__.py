"""Coordination beside the procedure: meetings, tasks, leaders' doings, advice, referrals."""

from routing.api.coordination import leaders, meetings, outside, receptions, tasks

__all__ = ["leaders", "meetings", "outside", "receptions", "tasks"]
