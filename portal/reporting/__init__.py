"""The pages of reporting: who owes what, the district's report, 工作信息, 工作通报."""
