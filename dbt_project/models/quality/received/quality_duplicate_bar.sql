-- A row is a bar that comes again, or differently, later in its file.
{{ set_aside_by('duplicate_bar', ['duplicate', 'duplicate_conflict']) }}
