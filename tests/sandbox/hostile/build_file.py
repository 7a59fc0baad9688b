# expect: build No such file
KEPT = open("/etc/passwd").read()


def run():
    return KEPT
