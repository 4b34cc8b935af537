-- A row is a bar with a price that is not a finite positive number.
{{ set_aside_by('not_finite_or_not_positive', ['not_finite_or_not_positive']) }}
