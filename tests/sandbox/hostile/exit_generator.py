# expect: failed
def run():
    raise GeneratorExit
