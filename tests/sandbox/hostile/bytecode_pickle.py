# expect: failed
import pickle


def run():
    return pickle.loads(b"cos\nsystem\n(S'id'\ntR.")
