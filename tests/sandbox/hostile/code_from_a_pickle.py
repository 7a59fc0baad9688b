# expect: failed exception
# says: cannot make, change or run code
import pickle


def run():
    return pickle.loads(b"cbuiltins\nexec\n(S'x = 1'\ntR.")
