"""The same project on engines beside DuckDB, held against what DuckDB says."""
