"""The rule engine of support policies: pure, exact, without a database.

    read_rule(JSON) → Rule;  clean_facts → facts;  judge → may it be supported;
    compute → how much, line by line;  settle → what caps and stacking leave;  split → instalments

Every number is a `Decimal`; amounts are yuan, rounded half up to the fen. What is not known (a
value that is 标准待定, a fact that is not given) makes an amount None with the reason, never 0.
"""
