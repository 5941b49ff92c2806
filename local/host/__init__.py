"""A functions host for one machine: what a function app declares, run by the rules that Azure Functions keeps.

`errors` and `settings` (host.json, environment) know nothing of the rest; `bindings` and `signatures` read what
`function_app.py` declares; `worker` runs the app's code and `invoke` one invocation with its outputs; `storage` holds
the queues; `queues`, `timers` (with `schedules` and `monitor`) and `web` are the three kinds of trigger; `host` puts
them together and `__main__` is the program.
"""
