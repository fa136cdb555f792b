"""Files that were sent: examined, sealed, stored. Only here are the libraries for that known."""
