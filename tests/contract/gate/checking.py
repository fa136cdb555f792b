"""The whole check of one candidate for one environment, and of the working tree as a whole."""

from collections.abc import Mapping, Sequence

from gate import database, events, examples, interface
from gate.bundles import Bundle
from gate.callers import read_callers
from gate.deployments import Site, deployed
from gate.scene import Scene
from gate.verdicts import NOTE, Row, passes


def running_beside(candidate: Bundle, env: str, site: Site) -> dict[str, Bundle]:
    """What an environment runs; a candidate that has no other release may be missing there."""
    others = [v for v in site.versions(candidate.service) if v != candidate.version]
    return deployed(site, env, first_of=None if others else candidate.service)


def check(candidate: Bundle, running: Mapping[str, Bundle], env: str, site: Site) -> list[Row]:
    """Rows on everything that the candidate could break beside what runs; BadInput."""
    history = {
        service: [site.bundle(service, version) for version in site.versions(service)]
        for service in site.services()
    }
    scene = Scene(site, env, candidate, running, history)
    callers = read_callers(site.contract / "callers", site.root)
    rows = [
        *events.check(scene),
        *examples.check(scene),
        *interface.check(candidate, running, callers, env),
    ]
    before = running.get(candidate.service)
    if before is not None:
        rows += database.check(candidate, before, before.name)
    if before is not None and before.version == candidate.version:
        rows.insert(0, Row("deployed", env, NOTE, _SAME.format(candidate.name, env)))
    return rows


_SAME = (
    "{0} is what {1} runs already, by its overlay, so it was held against itself. Ask before "
    "newTag is raised, not after."
)


def in_order(
    candidates: Sequence[Bundle], running: Mapping[str, Bundle], env: str, site: Site
) -> list[tuple[Bundle, list[Row]]]:
    """Candidates in an order in which each may follow the ones before it, with their rows.

    A change of several services, such as an event with its first reader, can often go in by one
    order only. Those that may go in by none come last, held against all that may.
    """
    running, waiting = dict(running), list(candidates)
    done: list[tuple[Bundle, list[Row]]] = []
    moved = True
    while moved:
        moved = False
        for candidate in list(waiting):
            rows = check(candidate, running, env, site)
            if passes(rows):
                done.append((candidate, rows))
                running[candidate.service] = candidate
                waiting.remove(candidate)
                moved = True
    return done + [(candidate, check(candidate, running, env, site)) for candidate in waiting]
