-- A row is a re-read on another split basis, which was not believed.
{{ set_aside_by('basis_conflict', ['basis_conflict']) }}
