"""Commands that ask far back: how it goes, and what it costs."""
