"""What the system costs and how fast it is, measured and written into docs/."""
