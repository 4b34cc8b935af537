"""Figures that a user of such systems knows, measured on the sandbox exchange."""
