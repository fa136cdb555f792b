"""Requests and answers of `api.coordination`, a module for each thing."""
