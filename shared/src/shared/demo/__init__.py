"""The main job on real input: plays messages through the services' HTTP API and reports on it."""
