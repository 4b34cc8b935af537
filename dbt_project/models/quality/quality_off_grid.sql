-- A row is a bar that opens off the grid of its interval.
{{ quarantined_by(['off_grid']) }}
