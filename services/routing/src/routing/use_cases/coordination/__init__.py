"""Coordination beside the procedure: one module for each thing that people do together."""
