"""One outside system a file. Foreign errors become ours at this edge."""
