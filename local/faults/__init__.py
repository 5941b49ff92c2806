"""A layer of faults in front of any HTTP service: refuses, resets, cuts, delays and lies as it is told."""

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
