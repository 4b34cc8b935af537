-- A row is a bar whose high or low contradicts its other prices.
{{ quarantined_by(['price_relations']) }}
