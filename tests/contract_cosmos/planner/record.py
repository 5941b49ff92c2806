"""`python -m tests.contract_cosmos.planner.record`: asks the service's planner and writes its answers."""

import json
import sys

from tests.contract_cosmos.planner.all_queries import all_queries
from tests.contract_cosmos.planner.service import RECORDING, key_of, plan_of, planner


def main() -> None:
    """Write the recording."""
    if planner() is None:
        sys.exit("The planner is not on this machine: set COSMOS_PLANNER to the path of its planner.py.")
    answers = {
        key_of(each.query, each.parameters, each.paths): plan_of(each.query, each.parameters, each.paths)
        for each in all_queries()
    }
    lines = ",\n".join(
        f"{json.dumps(key)}: {json.dumps(plan, sort_keys=True)}" for key, plan in sorted(answers.items())
    )
    RECORDING.write_text(f"{{\n{lines}\n}}\n")
    sys.stdout.write(f"{len(answers)} queries: {RECORDING}\n")


if __name__ == "__main__":
    main()
