"""Which load the app can take: measured use of a job against the limits of Azure's services. Writes docs/scale.md."""
