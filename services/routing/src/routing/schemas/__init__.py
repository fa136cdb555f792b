"""HTTP requests and answers of routing, a module for each module of `api`."""
