-- A row is a bar whose high or low contradicts its other prices.
{{ set_aside_by('price_relations', ['price_relations']) }}
