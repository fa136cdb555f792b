"""What a candidate is held against: an environment, and every version that may have sent before."""

from collections.abc import Mapping
from dataclasses import dataclass

from gate.bundles import Bundle
from gate.deployments import Site


@dataclass(frozen=True)
class Scene:
    """The candidate, what the environment runs, and every version that may have sent before."""

    site: Site
    env: str
    candidate: Bundle
    running: Mapping[str, Bundle]
    history: Mapping[str, list[Bundle]]

    @property
    def before(self) -> Bundle | None:
        """The version of the candidate's service that runs now."""
        return self.running.get(self.candidate.service)

    @property
    def after(self) -> dict[str, Bundle]:
        """What the environment runs once the candidate is in."""
        return {**self.running, self.candidate.service: self.candidate}

    def readers(self, key: str) -> list[Bundle]:
        """Who hears an event type once the candidate is in."""
        return [bundle for bundle in self.after.values() if key in bundle.reads]

    def at(self, bundle: Bundle) -> str:
        return f"{bundle.name} in {self.env}"
