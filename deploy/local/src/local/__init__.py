"""Running the whole system on one machine: private servers and every service as a process."""
