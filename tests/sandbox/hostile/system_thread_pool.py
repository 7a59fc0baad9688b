# expect: failed
# says: thread
from concurrent.futures import ThreadPoolExecutor


def run():
    with ThreadPoolExecutor() as threads:
        return threads.submit(int).result()
