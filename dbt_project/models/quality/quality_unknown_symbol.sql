-- A row is a bar whose symbol no instrument has at its provider.
{{ quarantined_by(['unknown_symbol']) }}
