-- A row is a bar at a time when its calendar has no session.
{{ set_aside_by('outside_session', ['outside_session']) }}
