"""The ground that every other package stands on: settings, clock, folder, lock, database, logs."""
