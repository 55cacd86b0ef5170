"""Who pushes the work on: Prefect flows, the worker and dispatcher, schedules, and the processes around them."""
