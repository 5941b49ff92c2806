"""The command that erases a recording or a whole job on request of a person in it (docs/decisions/0063)."""
