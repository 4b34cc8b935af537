-- A row is a bar with a price or volume beyond what can be held.
{{ quarantined_by(['out_of_range']) }}
