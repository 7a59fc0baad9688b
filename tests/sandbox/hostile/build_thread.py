# expect: build thread
import threading

threading.Thread(target=print).start()


def run():
    return 1
