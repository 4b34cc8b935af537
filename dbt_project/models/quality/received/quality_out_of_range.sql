-- A row is a bar with a price or volume beyond what can be held.
{{ set_aside_by('out_of_range', ['out_of_range']) }}
