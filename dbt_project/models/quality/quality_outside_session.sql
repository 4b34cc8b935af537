-- A row is a bar at a time when its calendar has no session.
{{ quarantined_by(['outside_session']) }}
