# expect: failed
def run():
    with open("/tmp/escaped", "w") as file:
        file.write("x")
