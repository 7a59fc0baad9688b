# expect: failed|trapped
import signal


def run():
    signal.raise_signal(signal.SIGABRT)
