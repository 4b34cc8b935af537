"""The parts of the polite edge: waits, circuit, redaction, and the session for `requests`."""
