# expect: failed|exhausted|trapped
import pickle


def run():
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return len(pickle.dumps(nested))
