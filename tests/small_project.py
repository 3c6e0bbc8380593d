"""A small project whose files ask much about each other."""

FILES = {
    "app/__init__.py": "from app.client import Client as Client\n",
    "app/client.py": """\
import requests
import psycopg
from app import store

class Client:
    kept = store.Store()

    def __init__(self, session=None):
        self.session = requests.Session()
        self.store = store.make()

    async def fetch(self):
        self.session.get("https://example.org")
        psycopg.connect("host=db")
        self.store.save()
        return self.store

    def close(self):
        try:
            self.session.close()
        except:
            pass
""",
    "app/store.py": """\
import asyncio

class Store:
    async def save(self):
        asyncio.create_task(self.load())

    async def load(self):
        pass

def make():
    return Store()
""",
    "main.py": """\
import time
from app import Client
from extra import helpers

async def main(anything):
    client = Client()
    client.fetch()
    store = await client.fetch()
    store.save()
    anything.refresh_everything()
    await anything.refresh_everything()
    helpers.run()
    while True:
        try:
            return client.session.get("https://example.org", timeout=5)
        except OSError:
            time.sleep(1)
""",
    "extra/helpers.py": """\
async def run():
    pass

class Job:
    async def refresh_everything(self):
        pass
""",
    "extra/cache.py": "import redis\n\ndef get():\n    return redis.Redis().get('key')\n",
    "extra/empty.py": "",
    "requirements.txt": "redis==5.0\n",
}
