-- A row is a row that no typed raw table can hold.
{{ set_aside_by('rejected_row', ['rejected']) }}
