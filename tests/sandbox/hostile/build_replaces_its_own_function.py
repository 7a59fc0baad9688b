# expect: returned|failed|build
class run:
    def __init__(self):
        self.a = 1
