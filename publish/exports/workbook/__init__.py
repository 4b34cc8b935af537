"""A workbook for people: local times, typed cells, contents, a summary with sparklines."""
