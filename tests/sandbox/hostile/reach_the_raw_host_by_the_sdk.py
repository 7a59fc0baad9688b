# expect: failed exception
# says: has no attribute
from sealwright import email


def run():
    return email._host.host.call("{}")
