-- A row is a bar that comes again, or differently, later in its file.
{{ quarantined_by(['duplicate', 'duplicate_conflict']) }}
