"""What providers allow, and the one ledger in which every process of the machine counts it."""
