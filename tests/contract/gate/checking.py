"""The whole check of one candidate for one environment."""

from gate import database, events, interface
from gate.bundles import Bundle
from gate.callers import read_callers
from gate.deployments import Site, deployed
from gate.events import Scene
from gate.verdicts import Row


def check(candidate: Bundle, env: str, site: Site) -> list[Row]:
    """Rows on everything that the candidate could break in an environment; BadInput."""
    others = [v for v in site.versions(candidate.service) if v != candidate.version]
    first = None if others else candidate.service
    running = deployed(site, env, first_of=first)
    history = {
        service: [site.bundle(service, version) for version in site.versions(service)]
        for service in site.services()
    }
    scene = Scene(site, env, candidate, running, history)
    callers = read_callers(site.contract / "callers", site.root)
    rows = [*events.check(scene), *interface.check(candidate, running, callers, env)]
    before = running.get(candidate.service)
    if before is not None:
        rows += database.check(candidate, before, before.name)
    return rows
