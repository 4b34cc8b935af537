"""A simulated year with labelled mistakes in it, and what the quality rules find of them."""
