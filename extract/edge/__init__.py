"""The parts of the polite edge: replies, units, waits, redaction, the session for `requests`."""
