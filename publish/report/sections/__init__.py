"""The sections of a report, each made of the copy alone."""
