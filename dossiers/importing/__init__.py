"""Registers and event logs of other systems: read by a mapping, counted here, or taken over and gone on with."""
