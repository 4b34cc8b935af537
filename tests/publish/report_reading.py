"""A report as its readers have it: the tags and words of the page, and its tables by key."""

from __future__ import annotations

from html.parser import HTMLParser

from publish.report.document import Report, Table


class Tags(HTMLParser):
    """Start tags with their attributes, and the text of what is in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def values(self, name: str) -> list[str]:
        return [held[name] for _, held in self.tags if name in held]


def table(report: Report, key: str) -> Table:
    return next(one for one in report.tables if one.key == key)
