# expect: failed
# says: thread
import threading


def run():
    threading.Thread(target=print).start()
