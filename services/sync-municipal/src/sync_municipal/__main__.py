from shared.cli import main
from sync_municipal.service import SERVICE

main(SERVICE)
