-- A row is a bar with a price that is not a finite positive number.
{{ quarantined_by(['not_finite_or_not_positive']) }}
