"""Landing kept small: old files joined into one a day and table, or dropped, each on record."""
