# expect: failed
import subprocess


def run():
    return subprocess.run(["id"], capture_output=True).stdout.decode()
