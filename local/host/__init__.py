"""A functions host for one machine: runs what a function app declares, by the rules of Azure Functions.

`errors` and `settings` (host.json, environment) import nothing of the rest. `bindings` and `signatures` read what
`function_app.py` declares. `worker` runs the app's code, `invoke` one invocation with its outputs. `storage` holds the
queues. `queues`, `timers` (with `schedules` and `monitor`) and `web` are the three kinds of trigger. `host` combines
them, and `__main__` is the program.
"""
