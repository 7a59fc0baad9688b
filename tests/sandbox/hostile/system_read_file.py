# expect: failed
# says: No such file
def run():
    return open("/etc/passwd").read()
