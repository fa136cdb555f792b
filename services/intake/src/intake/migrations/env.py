from intake.models import metadata
from shared.migrations import run

run(metadata)
