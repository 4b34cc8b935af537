"""A schedule's turns: when they are due, whether there is work, what became of them."""
