# expect: failed|exhausted
import defusedxml.ElementTree as tree


def run():
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<!DOCTYPE x [<!ENTITY a0 "boom">{entities}]><x>&a11;</x>'
    return tree.fromstring(text).text[:10]
