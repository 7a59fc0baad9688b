# expect: build
# nest: 50000
def run():
    return 1
