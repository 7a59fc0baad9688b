# expect: failed|trapped
import _socket


def run():
    return _socket.socket(2, 1).connect(("127.0.0.1", 22))
