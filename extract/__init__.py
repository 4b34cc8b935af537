"""Everything between a provider and the raw tables: plan, fetch, landing, load."""
