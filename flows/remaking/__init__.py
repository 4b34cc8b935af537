"""Making again from landing: the warehouse, rows under other rules, an export."""
