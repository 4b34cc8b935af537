"""The weekly report: one week of the published copy as a page and as a workbook."""
