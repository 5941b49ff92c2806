"""Hypothesis for these tests: the same examples on every run, few enough for two cores, nothing left on the disk."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "domain",
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],  # says something of the machine, not of the code
)
settings.load_profile("domain")
