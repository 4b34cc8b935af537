"""What is wanted, what was asked, what is missing: all that a plan is made from."""
