"""What a release consists of: the app, the template that deploys it, and the command line.

`make release-files` runs this package. `wheel_hook` is a plugin of hatchling, which every build of the wheel runs.
"""
