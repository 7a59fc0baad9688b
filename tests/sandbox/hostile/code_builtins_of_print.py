# expect: failed exception
# says: cannot make, change or run code
def run():
    print.__self__.exec("answer = 'evil'")
    return 'evil'
