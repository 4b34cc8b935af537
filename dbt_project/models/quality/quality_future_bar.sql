-- A row is a bar that opens after it was observed.
{{ quarantined_by(['future_bar']) }}
