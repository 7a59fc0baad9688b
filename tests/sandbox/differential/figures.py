"""Numbers, sums, chance and digests."""

# ruff: noqa: E501 - a call is one line

SETUP = """
import array, bisect, cmath, colorsys, decimal, fractions, hashlib, heapq, hmac, ipaddress, itertools, math, numbers
import operator, random, secrets, statistics, struct, uuid
import more_itertools, sortedcontainers
from decimal import Decimal
from fractions import Fraction
"""

CALLS = r"""
0.1 + 0.2
round(2.675, 2), round(2.5), round(-0.5), round(1e22, -21)
1e16 + 1, 2**53 + 1.0, 1 / 3
float("nan") == float("nan"), math.inf - math.inf
(0.1).as_integer_ratio(), (0.1).hex(), float.fromhex("0x1.8p3")
1e308 * 10, -1e308 * 10, 5e-324 / 2
7 // -2, 7 % -2, divmod(-7, 2), -7 // 2.0
0.1 * 3, 1.1 * 1.1, 4.35 * 100, 1.15 * 100
int(1e20), int(-1.9), int("12345678901234567890123")
2**0.5, 2**-1, (-8) ** (1 / 3)
10**400 % 7, pow(3, -1, 11), pow(2, 100, 7)
1 / 0
1.0 % 0
int("9" * 5000)
str(10**5000)
math.sqrt(2), math.cbrt(27), math.exp(1), math.log(10), math.log2(10), math.log10(5), math.log1p(1e-9)
math.sin(1), math.cos(1), math.tan(1), math.asin(0.5), math.acos(0.5), math.atan2(1, 2)
math.sinh(1), math.cosh(1), math.tanh(0.5), math.asinh(1), math.acosh(2), math.atanh(0.5)
math.gamma(5.5), math.lgamma(10.1), math.erf(0.3), math.erfc(0.3)
math.pow(2.1, 3.3), 2.1**3.3, math.pow(0, 0), math.expm1(1e-9), math.exp2(0.3)
[math.sin(x / 7) for x in range(20)]
[math.exp(x / 3) for x in range(-10, 10)]
[math.log(x + 0.1) for x in range(20)]
[(1 + x / 100) ** 12 for x in range(12)]
[math.pow(1.05, x / 12) for x in range(24)]
math.fsum([0.1] * 10), sum([0.1] * 10)
math.hypot(3, 4), math.dist((0, 0), (1, 1)), math.isclose(0.1 + 0.2, 0.3)
math.factorial(25), math.comb(50, 6), math.perm(5, 2), math.gcd(12, 18), math.lcm(4, 6)
math.floor(-1.5), math.ceil(-1.5), math.trunc(-1.5), math.modf(-1.5), math.frexp(10), math.ldexp(0.5, 3)
math.nextafter(1, 2), math.ulp(1.0), math.remainder(7, 3), math.fmod(-7, 3), math.copysign(1, -0.0)
math.sqrt(-1)
math.log(0)
math.exp(1000)
math.sumprod([1, 2], [3, 4])
math.fma(2, 3, 4)
cmath.sqrt(-1), cmath.exp(1j), cmath.phase(-1), abs(3 + 4j)
Decimal("1.1") + Decimal("2.2"), Decimal(1) / 3, Decimal("1.10").normalize()
Decimal("2.675").quantize(Decimal("0.01")), Decimal("2.665").quantize(Decimal("0.01"), decimal.ROUND_HALF_UP)
Decimal(0.1), Decimal("1E+3"), str(Decimal("0E-10")), f"{Decimal('1234567.891'):,.2f}"
Decimal("NaN") == Decimal("NaN"), Decimal("-0"), Decimal("Infinity")
Decimal("1").compare(Decimal("1.0")), Decimal("1.0") == Decimal("1"), hash(Decimal("1.0")) == hash(1)
Decimal(2).sqrt(), Decimal(2).exp(), Decimal(2).ln(), Decimal(2).log10(), Decimal(2) ** Decimal("0.5")
Decimal("abc")
Decimal(1) / 0
Decimal("1e999999") * 10
Decimal("123.456").as_tuple(), Decimal("123.456").to_integral_value(), Decimal("-7") % 3, Decimal("-7") // 3
decimal.getcontext().prec, decimal.getcontext().rounding
[(decimal.getcontext().copy().create_decimal("1." + "3" * 40))]
decimal.Context(prec=5).divide(Decimal(1), Decimal(7))
[decimal.localcontext(decimal.Context(prec=4)).__enter__().prec, decimal.setcontext(decimal.Context())][0]
sum([Decimal("0.1")] * 10) == Decimal(1), max(Decimal("1"), 2.5), Decimal("1.5") + Fraction(1, 2) if False else 0
Decimal("1.5") + 1.5
f"{Decimal('0.00012'):.3g} {Decimal('12'):e} {Decimal('12.5'):010.2f}"
Fraction(1, 3) + Fraction("0.25"), Fraction(0.1), Fraction(0.1).limit_denominator(10), Fraction("3/4") ** 2
Fraction(1, 0)
round(Fraction(7, 2)), float(Fraction(1, 3)), f"{Fraction(1, 3):.3f}"
statistics.mean([1, 2, 3.5]), statistics.median([1, 2, 3, 4]), statistics.stdev([1, 2, 4]), statistics.pvariance([1, 2, 4])
statistics.fmean([0.1] * 3), statistics.geometric_mean([1, 2, 4]), statistics.harmonic_mean([40, 60])
statistics.quantiles(range(10), n=4), statistics.mode("aab"), statistics.multimode("aabb")
statistics.NormalDist(0, 1).cdf(1.96), statistics.NormalDist(0, 1).inv_cdf(0.975)
statistics.linear_regression([1, 2, 3], [2, 4, 7]), statistics.correlation([1, 2, 3], [1, 2, 4])
statistics.mean([])
statistics.mean([Decimal("1.1"), Decimal("2.2")])
[(r := random.Random(7), r.random(), r.randint(1, 100), r.choice("abc"), r.sample(range(100), 5))[1:]]
[(r := random.Random("seed"), r.gauss(0, 1), r.uniform(1, 2), r.expovariate(1), r.betavariate(1, 2))[1:]]
[(r := random.Random(b"x"), r.shuffle(x := list(range(10))), x, r.choices("ab", [1, 3], k=5), r.getrandbits(70))[2:]]
[(r := random.Random(1.5), r.triangular(), r.lognormvariate(0, 1), r.normalvariate(), r.vonmisesvariate(0, 1), r.paretovariate(2))[1:]]
[(r := random.Random(3), r.randbytes(5), r.weibullvariate(1, 2), r.gammavariate(2, 1), r.binomialvariate(10, 0.5))[1:]]
random.Random([1])
len(secrets.token_hex(8)), len(secrets.token_urlsafe(16)), secrets.compare_digest("a", "a")
hashlib.sha256("é".encode()).hexdigest()
hashlib.sha512(b"x").hexdigest()
hashlib.md5(b"x").hexdigest()
hashlib.sha1(b"x", usedforsecurity=False).hexdigest()
hashlib.sha3_256(b"x").hexdigest()
hashlib.blake2b(b"x", digest_size=8, key=b"k").hexdigest()
hashlib.shake_128(b"x").hexdigest(8)
hashlib.new("sha224", b"x").hexdigest()
hashlib.new("sha384", b"x").hexdigest()
hashlib.new("ripemd160", b"x").hexdigest()
hashlib.new("sm3", b"x").hexdigest()
hashlib.new("SHA256", b"x").hexdigest()
hashlib.new("klingon")
hashlib.sha512_256
hashlib.new("sha512_256", b"x").hexdigest()
hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 10).hex()
hashlib.pbkdf2_hmac("sha1", b"password", b"salt", 2, 16).hex()
hashlib.scrypt(b"x", salt=b"s", n=2, r=8, p=1).hex()
sorted(hashlib.algorithms_guaranteed)
hashlib.file_digest(io.BytesIO(b"x"), "sha256").hexdigest()
hmac.new(b"k", b"x", "sha256").hexdigest()
hmac.new(b"k", b"x", hashlib.sha1).hexdigest()
hmac.digest(b"k", b"x", "sha512").hex()
hmac.new(b"k", b"x")
hmac.new("k", b"x", "sha256")
hmac.compare_digest("é", "é")
uuid.UUID("12345678123456781234567812345678").urn
uuid.uuid5(uuid.NAMESPACE_URL, "https://x.example")
uuid.uuid3(uuid.NAMESPACE_DNS, "x.example")
uuid.uuid4().version, uuid.uuid1().version
uuid.uuid1(node=1, clock_seq=2).node
uuid.uuid7().version
uuid.UUID("nonsense")
uuid.UUID(int=5).bytes_le
ipaddress.ip_network("10.0.0.0/29").num_addresses, [str(h) for h in ipaddress.ip_network("10.0.0.0/30").hosts()]
ipaddress.ip_address("10.0.0.1") in ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_address("::1").is_loopback
ipaddress.ip_address("192.168.1.1").is_private, ipaddress.ip_address("2001:db8::1").exploded
ipaddress.ip_network("10.0.0.1/8")
ipaddress.ip_address("010.1.1.1")
struct.pack("<iHq", 1, 2, 3), struct.unpack(">d", struct.pack(">d", 1.5)), struct.calcsize("@l"), struct.calcsize("@P")
struct.calcsize("=l"), struct.pack("e", 1.5), struct.pack("@l", 5)
struct.pack("<i", 2**40)
array.array("i", [1, 2]).tobytes(), array.array("d", [1.5]).itemsize, array.array("l").itemsize, array.array("L").itemsize
array.array("q", [1]).byteswap()
sys.maxsize, sys.float_info.max, sys.int_info.bits_per_digit, sys.hash_info.width, sys.byteorder
hash(1.5), hash(2**61), hash(10**20), hash(-1), hash((1, 2)) == hash((1, 2)), hash(0.1)
hash(Decimal("0.1")), hash(Fraction(1, 3))
bisect.bisect_left([1, 2, 2, 3], 2), bisect.insort([1], 2)
heapq.nlargest(2, [3, 1, 2]), heapq.nsmallest(2, ["b", "a"]), list(heapq.merge([1, 3], [2]))
list(itertools.batched("abcde", 2))
list(itertools.pairwise("abc")), list(itertools.accumulate([1, 2, 3])), list(itertools.product("ab", [1, 2]))
list(itertools.groupby([1, 1, 2]))[0][0], list(itertools.islice(itertools.count(0.1, 0.1), 4))
list(itertools.combinations("abc", 2)), list(itertools.zip_longest("ab", "c")), list(itertools.chain.from_iterable(["a", "b"]))
operator.itemgetter(1, 0)("ab"), operator.attrgetter("real")(5), operator.methodcaller("upper")("a")
colorsys.rgb_to_hls(0.2, 0.4, 0.4), colorsys.hsv_to_rgb(0.5, 0.5, 0.5)
isinstance(Decimal(1), numbers.Number), isinstance(1.0, numbers.Real)
sorted([3, "a"])
sorted([(1, "b"), (1, "a")], key=lambda p: p[0]), sorted("bca", reverse=True), min([], default=0)
sum([[1], [2]], []), max("ab", "b", key=len), any([]), all([])
list(more_itertools.chunked("abcde", 2)), list(more_itertools.windowed([1, 2, 3], 2)), more_itertools.one([1])
more_itertools.one([])
list(more_itertools.unique_everseen("aAb", key=str.lower)), more_itertools.bucket("ab", key=ord)[97:] if False else 0
[list(x) for x in more_itertools.split_when([1, 2, 4], lambda a, b: b - a > 1)], more_itertools.quantify([1, 0])
list(more_itertools.interleave_longest("ab", "c")), more_itertools.ilen(iter("abc")), more_itertools.first([], 0)
list(sortedcontainers.SortedList([3, 1, 2])), sortedcontainers.SortedDict(b=1, a=2).peekitem(0)
list(sortedcontainers.SortedSet("cab")), sortedcontainers.SortedList([1, 2, 2]).bisect(2)
sortedcontainers.SortedKeyList(["bb", "a"], key=len)[0], list(sortedcontainers.SortedDict({1: 2}).irange(0, 1))
"""
