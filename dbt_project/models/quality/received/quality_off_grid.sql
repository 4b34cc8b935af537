-- A row is a bar that opens off the grid of its interval.
{{ set_aside_by('off_grid', ['off_grid']) }}
