-- A row is a bar that comes without its prices.
{{ set_aside_by('null_bar', ['null_bar']) }}
