"""Commands that keep an installation running and in order."""
