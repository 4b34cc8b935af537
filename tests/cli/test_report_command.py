"""`tapehouse report` as a person calls it, and what its page does in a real browser."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from browser import tab
from command_line import tapehouse

from cli.delivery.report import span
from warehouse import errors
from warehouse.errors import UsageError
from warehouse.folder import DataFolder

MONDAY = datetime(2026, 3, 9)
SECTIONS = [
    "Market summary", "Movers", "Breadth", "Indicator signals", "Volatility", "Data quality",
    "Completeness", "Restatements", "Sources and their cost", "Appendix: runs", "Appendix: traces",
]  # fmt: skip
# Whether a label lies over another one of its picture.
OVERLAPS = """
[...document.querySelectorAll("figure")].flatMap(figure => {
  const labels = [...figure.querySelectorAll("svg text")].map(
    text => [text.textContent.trim(), text.getBoundingClientRect()]);
  return labels.flatMap(([one, a], place) => labels.slice(place + 1)
    .filter(([two, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2)
    .map(([two]) => `${figure.id}: ${one} / ${two}`));
})
"""
# What is cut off at the right, or written too small to be read.
CUT = """
[...document.querySelectorAll("body *")].filter(one => one.children.length === 0
  && one.textContent.trim() && !one.closest("title, style, head")
  && (one.getBoundingClientRect().right > document.documentElement.clientWidth + 1))
  .map(one => one.textContent.trim())
"""
SMALL = """
[...document.querySelectorAll("body *")].filter(one => one.children.length === 0
  && one.textContent.trim() && parseFloat(getComputedStyle(one).fontSize)
    * (one.ownerSVGElement ? one.ownerSVGElement.getBoundingClientRect().width
      / one.ownerSVGElement.viewBox.baseVal.width : 1) < 11)
  .map(one => one.textContent.trim())
"""


@pytest.fixture(scope="module")
def own(demo: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A folder of the demo's published copy alone."""
    folder = DataFolder(tmp_path_factory.mktemp("report") / "data")
    folder.prepare("sandbox")
    shutil.copyfile(demo.state / "sandbox.json", folder.state / "sandbox.json")
    copy = folder.published / demo.market.resolve().name
    shutil.copyfile(demo.market, copy)
    folder.market.symlink_to(copy.relative_to(folder.root))
    return folder


@pytest.fixture(scope="module")
def made(own: DataFolder) -> Path:
    said = tapehouse(own.root, "report", "--week", "2026-W11").stdout
    (folder,) = own.exports.iterdir()
    assert str(folder) in said
    assert "report.html" in said
    assert "missing: " in said
    return folder


def test_the_page_asks_nobody_for_anything_and_complains_of_nothing(made: Path) -> None:
    page = made / "report.html"
    with tab() as shown:
        shown.open(page.as_uri())
        assert shown.requested == [page.as_uri()]
        assert shown.complaints == []
        heads = shown.run("[...document.querySelectorAll('section > h2')].map(h => h.textContent)")
        assert [head for head in heads if head != "What is missing"] == SECTIONS
        assert shown.run("document.querySelectorAll('figure svg').length") == 7
        assert shown.run(OVERLAPS) == []
        assert shown.run(CUT) == []
        assert shown.run(SMALL) == []
        lost = (
            "[...document.querySelectorAll('main a')]"
            ".filter(a => !document.querySelector(a.getAttribute('href'))).length"
        )
        assert shown.run(lost) == 0


def test_a_page_that_reached_out_or_complained_would_be_noticed(tmp_path: Path) -> None:
    page = tmp_path / "rude.html"
    page.write_text(
        "<img src='http://127.0.0.1:9/pixel.png'><script>console.log('here I am')</script>"
    )
    with tab() as shown:
        shown.open(page.as_uri())
        assert "http://127.0.0.1:9/pixel.png" in shown.requested
        assert any("here I am" in line for line in shown.complaints)


def test_what_a_script_in_the_page_would_do_is_forbidden_to_it(made: Path, tmp_path: Path) -> None:
    """Should escaping ever fail, the page's own policy still lets nothing run or be fetched."""
    text = (made / "report.html").read_text(encoding="utf-8")
    evil = "<script>window.ran = 1</script><img src='http://127.0.0.1:9/p.png' onerror='ran = 2'>"
    page = tmp_path / "report.html"
    page.write_text(text.replace("<main>", f"<main>{evil}"), encoding="utf-8")
    with tab() as shown:
        shown.open(page.as_uri())
        assert shown.run("typeof window.ran") == "undefined"
        assert any("Content Security Policy" in line for line in shown.complaints)


def test_on_a_telephone_only_the_tables_scroll(made: Path) -> None:
    with tab(420, 900) as shown:
        shown.open((made / "report.html").as_uri())
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert shown.run(wide) <= 0


@pytest.mark.parametrize(
    ("week", "first", "last", "said"),
    [
        ("2026-W60", None, None, "not a week"),
        ("2026-W11", MONDAY, None, "exclude each other"),
        (None, MONDAY, None, "belong together"),
        (None, MONDAY, datetime(2026, 3, 1), "before"),
    ],
)
def test_what_makes_no_week_is_a_mistake_of_usage(
    week: str | None, first: datetime | None, last: datetime | None, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        span(week, first, last)


def test_a_mistake_ends_with_the_code_of_one(own: DataFolder) -> None:
    done = tapehouse(own.root, "report", "--week", "March", check=False)
    assert done.returncode == errors.USAGE
    assert "write 2026-W11" in done.stderr


def test_a_folder_of_ones_own_gets_the_files(own: DataFolder, made: Path, tmp_path: Path) -> None:
    span = ("--from", "2026-03-09", "--to", "2026-03-15")
    tapehouse(own.root, "report", *span, "-o", str(tmp_path / "week"))
    one, two = (
        json.loads((folder / "manifest.json").read_text()) for folder in (made, tmp_path / "week")
    )
    assert one["files"] == two["files"]
    assert two["run_id"] > one["run_id"]
