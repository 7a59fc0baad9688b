# expect: returned
# twice: same
import datetime
import time


def run():
    return [time.time(), time.monotonic(), time.perf_counter_ns(), str(datetime.datetime.now()), time.process_time()]
