# expect: failed exception
# says: cannot reach behind the image
def run():
    import componentize_py_runtime

    return componentize_py_runtime.call_import(0, ["{}"])
