"""The command `speech2cosmos`: an entry point beside function_app.py, built from the same parts. Nothing imports it.

main.py names the commands, lazy.py imports one when it is used, environment.py finds the settings, connection.py keeps
which deployment they come from, account.py names the accounts, and terminal/ prints. Each command has its own file, in
look/, read/, do/, repair/, doctor/, erase/ or connecting/. reader.py reads a job's documents, watching.py watches jobs,
sending.py sends messages, and older.py keeps the former names of commands.
"""
