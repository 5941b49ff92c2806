"""The command `speech2cosmos`: an entry point beside function_app.py, built from the same parts. Nothing imports it.

main.py names the commands, lazy.py imports one when it is used, environment.py finds the settings, and output.py
prints. Each command has its own file. reading.py reads a job's documents. poison_find.py finds what the `poison`
commands show and send again.
"""
