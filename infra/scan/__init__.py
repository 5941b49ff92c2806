"""Independent scanners: checkov on what a deployment creates, zizmor on the GitHub workflows.

`make scan` installs them into a separate environment, because they need other versions of the project's packages, and
runs them. Every finding has to be fixed, or listed in accepted.toml with a reason. An entry there that matches nothing
fails the scan, and so does a scanner that did not run or read less than it was given.
"""
