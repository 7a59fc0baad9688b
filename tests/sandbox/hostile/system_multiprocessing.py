# expect: failed
import multiprocessing


def run():
    child = multiprocessing.Process(target=print)
    child.start()
