from routing.service import SERVICE
from shared.cli import main

main(SERVICE)
