# expect: failed
import urllib.request


def run():
    return urllib.request.urlopen("http://169.254.169.254/latest/meta-data/").read().decode()
