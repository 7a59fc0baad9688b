# expect: returned
# twice: same
import os
import random
import secrets
import uuid


def run():
    return [random.random(), secrets.token_hex(), str(uuid.uuid4()), str(uuid.uuid1()), os.urandom(4).hex()]
