"""Independent scanners over what a deployment makes (checkov) and over the GitHub workflows (zizmor).

`make scan` installs them into an environment of their own, for they need other versions of our packages, and runs them.
Every finding has to be corrected, or to stand in accepted.toml with a reason. An entry there that nothing matches fails
too. A scanner that could not run, or that read less than it was given, fails as well.
"""
