"""Sample jobs and result files: `data` holds copied ones, `generate` makes others, `catalog` lists all."""
