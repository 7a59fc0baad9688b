# expect: failed exception
# says: No module named
def run():
    from wit_world.imports import host

    return host.call("{}")
