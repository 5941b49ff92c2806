"""`python -m infra.check` prints every problem and exits with 1 if there is one. `--write` writes the snapshots."""

import sys

from infra.check import snapshots
from infra.check.compiler import Compiler, NoCompiler, Refused
from infra.check.run import check


def main() -> int:
    """Check the Bicep of this repository, or write its snapshots."""
    compiler, missing = None, ""
    try:
        compiler = Compiler.find()
    except NoCompiler as error:
        missing = str(error)
    except Refused as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if "--write" in sys.argv[1:]:
        return _write(compiler, missing)
    problems = check(snapshots.INFRA, compiler)
    by = f"Bicep {compiler.version} and our rules" if compiler else "our rules"
    result = f"{len(problems)} problems" if problems else "no problem found"
    lines = [*problems, f"{by}, {len(snapshots.parameter_files(snapshots.INFRA))} deployments: {result}"]
    if missing:
        lines.append(f"not asked: the compiler. {missing}")
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 1 if problems else 0


def _write(compiler: Compiler | None, missing: str) -> int:
    if compiler is None:
        sys.stderr.write(f"{missing}\n")
        return 1
    try:
        snapshots.write(snapshots.INFRA, compiler)
    except Refused as error:
        sys.stderr.write(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
