"""Features for models: what was known at an instant, free of price levels, split by time."""
