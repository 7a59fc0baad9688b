# expect: failed
class Out(BaseException):
    pass


def run():
    raise Out("away")
