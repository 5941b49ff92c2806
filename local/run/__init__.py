"""`make run`: sends sample jobs, or your own, through the whole system on one machine, and checks the result."""
