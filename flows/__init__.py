"""What runs when: the steps of a run, and the Prefect flows that call them."""
