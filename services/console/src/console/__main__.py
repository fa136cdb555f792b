from console.service import SERVICE
from shared.cli import main

main(SERVICE)
