"""What every face of the REST API shares: gate, paging, filters, representations, problems."""
