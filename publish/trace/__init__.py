"""Where a value comes from, and what a run changed: answered from the published copy alone."""
