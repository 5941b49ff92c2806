"""A proxy that injects faults into any HTTP service: it refuses, resets, truncates, delays or falsifies answers."""

from local.faults.faults import (
    Answer,
    Changed,
    CutLength,
    CutShort,
    Drop,
    Exchange,
    Fault,
    Lost,
    Moment,
    NotJson,
    Reset,
    Rule,
    Slow,
)
from local.faults.layer import ClientGone, FaultLayer, Front

__all__ = [
    "Answer",
    "Changed",
    "ClientGone",
    "CutLength",
    "CutShort",
    "Drop",
    "Exchange",
    "Fault",
    "FaultLayer",
    "Front",
    "Lost",
    "Moment",
    "NotJson",
    "Reset",
    "Rule",
    "Slow",
]
