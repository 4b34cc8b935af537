-- A row is a bar that opens after it was observed.
{{ set_aside_by('future_bar', ['future_bar']) }}
