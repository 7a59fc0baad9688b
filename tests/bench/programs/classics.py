"""Ten classic pure-Python programs. Each runs alike in a tool and in any CPython, and returns a checkable number."""

import json
import re
from collections import Counter, deque
from dataclasses import dataclass


def fannkuch(n=8):
    permutation, count, flips_max, checksum, sign = list(range(n)), list(range(n)), 0, 0, 1
    while True:
        first = permutation[0]
        if first:
            working, flips = permutation[:], 0
            while first:
                working[: first + 1] = working[first::-1]
                first, flips = working[0], flips + 1
            flips_max = max(flips_max, flips)
            checksum += sign * flips
        if sign == 1:
            permutation[0], permutation[1], sign = permutation[1], permutation[0], -1
            continue
        permutation[1], permutation[2], sign = permutation[2], permutation[1], 1
        for i in range(2, n):
            if count[i]:
                count[i] -= 1
                break
            count[i] = i
            if i == n - 1:
                return checksum * 100 + flips_max
            permutation[: i + 2] = permutation[1 : i + 2] + permutation[:1]
    return None


def nbody(steps=3000):
    bodies = [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.47],
        [4.84, -1.16, -0.10, 0.60, 2.81, -0.02, 0.037],
        [8.34, 4.12, -0.4, -1.01, 1.82, 0.008, 0.011],
        [12.89, -15.11, -0.22, 1.08, 0.86, -0.01, 0.0017],
        [15.37, -25.9, 0.17, 0.97, 0.59, -0.03, 0.002],
    ]
    pairs = [(a, b) for i, a in enumerate(bodies) for b in bodies[i + 1 :]]
    for _ in range(steps):
        for a, b in pairs:
            dx, dy, dz = a[0] - b[0], a[1] - b[1], a[2] - b[2]
            pull = 0.001 / ((dx * dx + dy * dy + dz * dz) ** 1.5)
            ma, mb = a[6] * pull, b[6] * pull
            a[3] -= dx * mb
            a[4] -= dy * mb
            a[5] -= dz * mb
            b[3] += dx * ma
            b[4] += dy * ma
            b[5] += dz * ma
        for body in bodies:
            body[0] += 0.001 * body[3]
            body[1] += 0.001 * body[4]
            body[2] += 0.001 * body[5]
    return round(sum(body[0] for body in bodies), 6)


def fibonacci(n=24):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def queens(n=8):
    def place(row, columns, rising, falling):
        if row == n:
            return 1
        return sum(
            place(row + 1, columns | {c}, rising | {row + c}, falling | {row - c})
            for c in range(n)
            if c not in columns and row + c not in rising and row - c not in falling
        )

    return place(0, frozenset(), frozenset(), frozenset())


def sieve(limit=300_000):
    flags = bytearray([1]) * (limit + 1)
    for i in range(2, int(limit**0.5) + 1):
        if flags[i]:
            flags[i * i :: i] = bytes(len(range(i * i, limit + 1, i)))
    return sum(1 for i in range(2, limit + 1) if flags[i])


def mandelbrot(size=80):
    inside = 0
    for y in range(size):
        for x in range(size):
            c = complex(2 * x / size - 1.5, 2 * y / size - 1)
            z = 0j
            for _ in range(50):
                z = z * z + c
                if abs(z) > 2:
                    break
            else:
                inside += 1
    return inside


def words(repeats=60):
    text = "the quick brown fox jumps over the lazy dog while 42 cats sleep; " * repeats
    counts = Counter()
    for _ in range(10):
        counts.update(re.findall(r"[a-z]+", text))
        text = re.sub(r"\b(\w)(\w*)", lambda m: m.group(2) + m.group(1), text)
    return sum(len(word) * count for word, count in counts.items())


@dataclass
class Order:
    number: int
    customer: str
    total: float


def orders(n=6000):
    made = [Order(i, f"c{i % 97}", (i * 7919 % 10007) / 100) for i in range(n)]
    sums = {}
    for order in made:
        sums[order.customer] = sums.get(order.customer, 0.0) + order.total
    made.sort(key=lambda order: (-order.total, order.number))
    return round(sum(sums.values()) + made[10].number, 2)


def graph(size=120):
    distance, queue = {(0, 0): 0}, deque([(0, 0)])
    while queue:
        x, y = queue.popleft()
        for nx, ny in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            near = 0 <= nx < size and 0 <= ny < size and (nx * 7 + ny * 13) % 5
            if near and (nx, ny) not in distance:
                distance[nx, ny] = distance[x, y] + 1
                queue.append((nx, ny))
    return sum(distance.values())


def records(n=1500):
    rows = [{"id": i, "name": f"n{i}", "tags": ["a", "b", str(i % 7)], "price": i / 8} for i in range(n)]
    text = json.dumps(rows)
    again = json.loads(text)
    return sum(len(row["tags"]) * row["price"] for row in again) + len(text)


ALL = (fannkuch, nbody, fibonacci, queens, sieve, mandelbrot, words, orders, graph, records)


def classics(which, repeats=1):
    answer = None
    for _ in range(repeats):
        answer = ALL[which]()
    return [ALL[which].__name__, answer]
