import logging

# unittest turns on asyncio's debug mode, which warns of every slow step, and a busy machine has many.
logging.getLogger("asyncio").setLevel(logging.ERROR)
