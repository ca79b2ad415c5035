"""The report: what every variant costs and keeps, as one page, Markdown, CSV and JSON."""
