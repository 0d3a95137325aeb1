"""The permission table as data: who may ask for which address, and whose rows they find there.

`callers`  everyone who may ask: visitors, each role, another district's officer, tokens
`world`    two streets of one district and a street of another one, each with a row of everything
`table`    one entry for every address of the site: **add yours there** (its docstring says how)

`tests/api/test_permission_table.py` asks every address as every caller and compares.
"""
