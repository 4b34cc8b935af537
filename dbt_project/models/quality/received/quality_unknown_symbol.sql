-- A row is a bar whose symbol no instrument has at its provider.
{{ set_aside_by('unknown_symbol', ['unknown_symbol']) }}
