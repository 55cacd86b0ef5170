"""Statutory slips: forms 01 to 07, typeset once, numbered, stored, with their hash in the ledger."""
