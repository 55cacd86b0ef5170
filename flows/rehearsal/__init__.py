"""The rehearsal: a simulated month of many communes in a throw-away database, checked to the last rung."""
