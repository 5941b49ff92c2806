"""One outside system a file. Errors of libraries are translated to ours at this edge."""
