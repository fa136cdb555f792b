"""HTTP requests and answers of intake, a module for each thing that is asked about."""
