"""House rules as tests: what keeps the project readable is checked like any other promise."""
