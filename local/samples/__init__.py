"""Sample jobs and result files: copied ones in `data`, generated ones from `generate`, all of them in `catalog`."""
