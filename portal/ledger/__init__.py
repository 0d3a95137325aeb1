"""The pages of the ledger (网点台账), under `/ledger/`."""
