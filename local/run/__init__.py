"""`make run`: the whole way on one machine, with sample jobs or your own, watched and checked."""
