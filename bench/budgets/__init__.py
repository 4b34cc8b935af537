"""The proof of the budgets: many processes, one ledger, exchanges that ban, a day in minutes."""
