# expect: returned|failed
def run():
    return {"\udfff": "\ud800"}
