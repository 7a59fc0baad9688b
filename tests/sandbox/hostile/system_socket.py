# expect: failed
import socket


def run():
    return socket.create_connection(("127.0.0.1", 22)).recv(10).decode()
