from shared.cli import main
from supervision.service import SERVICE

main(SERVICE)
