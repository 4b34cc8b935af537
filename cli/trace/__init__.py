"""Commands that say where things come from, what changed and what was set aside."""
