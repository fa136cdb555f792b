from shared.migrations import run
from sync_municipal.models import metadata

run(metadata)
