"""The report on the cost and accuracy of every variant, as a page, Markdown, CSV and JSON."""
