"""Rendering issued papers as PDF and DOCX."""

from routing.use_cases import documents
from shared.service import App, Job

_AT_ONCE = 20


class SomeFailed(Exception):
    """Papers could not be rendered; each says why on itself."""


def render_documents(app: App) -> None:
    """Render the papers that wait; fails, and so is counted, where one of them could not be."""
    failed = 0
    for _ in range(_AT_ONCE):
        done = documents.render_next(app.db, clock=app.clock, resources=app.resources)
        if done is None:
            break
        failed += not done
    if failed:
        raise SomeFailed(f"{failed} papers were not rendered")


JOB = Job("render_documents", 2, render_documents)
