"""A demonstration: dossiers taken through the public API and the real worker, and the proof that all agrees."""
