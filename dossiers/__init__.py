"""What happened: the ledger of each dossier, its state, its clock, and the one gate through which it changes."""
