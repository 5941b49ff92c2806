"""The pages of `speech2cosmos serve` on a loopback address (docs/decisions/0055).

store.py       what the pages read from Cosmos DB, and what it costs
app.py         an address for each page and for each page's state
answers.py     pages and states as answers, errors too
guard.py       who gets an answer: the Host, the method, the token, the cookie; and the headers of all answers
door.py        leads the user's browser to the first address without showing the token to anybody else
server.py      listens, and ends at Ctrl-C
"""
