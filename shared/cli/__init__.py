"""The command `speech2cosmos`: an entry point like function_app.py, over the same parts; nothing imports it.

main.py holds the commands together, environment.py finds the settings, output.py prints. A command has a file of its
own; reading.py follows a job's documents as any reader of the database would; given_up.py finds what `poison` shows and
sends.
"""
