"""Prefect around the flows: tasks and states, and its server with a worker on this machine."""
