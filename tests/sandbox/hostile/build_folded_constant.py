# expect: build|returned
TEXT = "ab" * 4000 * 4000


def run():
    return len(TEXT)
