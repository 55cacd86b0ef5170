"""Every action on a dossier: a validated command in, the events that it decides out. All pure."""
