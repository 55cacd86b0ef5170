"""What it adds up to: figures with their formula, cut and period, provable down to the dossier."""
