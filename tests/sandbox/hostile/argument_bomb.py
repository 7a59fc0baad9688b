# expect: exhausted argument_bytes
# limits: {"argument_bytes": 1000}
# arguments: {"text": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}
# repeat: 20
def run(text):
    return len(text)
