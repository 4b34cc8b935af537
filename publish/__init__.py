"""What readers get: a whole copy of the warehouse that no writer ever touches."""

from publish.reader import Market, open_market

__all__ = ["Market", "open_market"]
