"""Where people come in: REST under /api/v1, server-rendered pages, log-in."""
