"""Standards as data: the procedure, documents, checks, posts and conduct, each with its basis."""
