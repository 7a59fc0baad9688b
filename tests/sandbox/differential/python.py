"""The language and what is around a program: files, processes, threads, tasks, classes, logging, imports."""

# ruff: noqa: E501 - a call is one line

SETUP = """
import ast, asyncio, atexit, collections, concurrent.futures, contextlib, contextvars, copyreg, dataclasses, enum
import errno, fileinput, fnmatch, functools, getpass, glob, graphlib, importlib, importlib.metadata, importlib.resources
import inspect, keyword, linecache, logging, os, pathlib, pkgutil, platform, pprint, queue, reprlib, sched, select
import shutil, signal, socket, subprocess, tempfile, threading, timeit, token, tokenize, traceback, types, typing
import urllib.request, warnings, weakref
import attr, attrs, typing_extensions

class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"

@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: list = dataclasses.field(default_factory=list)

@attrs.define
class Item:
    name: str = attrs.field(validator=attrs.validators.instance_of(str))
    n: int = 0

class Row(typing.NamedTuple):
    a: int
    b: str = "x"

async def later(value, seconds=0.001):
    await asyncio.sleep(seconds)
    return value

async def together():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(later(n)) for n in range(3)]
    return [task.result() for task in tasks]

async def impatient():
    async with asyncio.timeout(0.001):
        await asyncio.sleep(10)

async def queued():
    line = asyncio.Queue()
    await line.put(1)
    return await line.get()

def logged():
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s", "%-d"))
    logger = logging.getLogger("differential")
    logger.addHandler(handler)
    logger.warning("é %s", {"a": 1})
    logger.removeHandler(handler)
    return said.getvalue().strip()
"""

CALLS = r"""
open("/nowhere")
open("/nowhere/x", "w")
os.listdir("/nowhere")
os.path.exists("/nowhere"), os.path.isfile("x"), os.path.isdir("/nowhere")
os.path.join("a", "../b"), os.path.normpath("a/./b/.."), os.path.splitext("a.tar.gz"), os.path.basename("/a/b")
os.path.expanduser("~nobody-here/x"), os.path.expandvars("$NOWHERE/x"), os.path.relpath("/a/b", "/a/c")
os.environ.get("HOME_OF_NOBODY"), os.getenv("X_NOT_SET", "d")
os.environ["X_NOT_SET"]
os.sep, os.linesep, os.pathsep, os.curdir, os.name
os.urandom(4).__len__()
os.fspath(pathlib.Path("a") / "b")
os.stat("/nowhere")
os.remove("/nowhere")
os.mkdir("/nowhere/x")
os.walk("/nowhere").__next__()
os.scandir("/nowhere")
pathlib.Path("/nowhere").exists(), pathlib.Path("/nowhere").is_dir()
pathlib.Path("/nowhere").read_text()
pathlib.PurePosixPath("/a/b.c").suffix, pathlib.PureWindowsPath("C:\\a\\b").name
pathlib.Path("a/b.txt").with_suffix(".md").as_posix(), pathlib.Path("a/b").parts
pathlib.Path("/a/b").relative_to("/a"), pathlib.PurePath("a/b.py").match("*.py")
list(pathlib.Path("/nowhere").glob("*"))
glob.glob("/nowhere/*")
fnmatch.filter(["a.py", "b.txt"], "*.py"), fnmatch.translate("*.p?")
shutil.copy("/nowhere", "/x")
shutil.which("ls-not-there"), shutil.get_terminal_size((80, 24)).columns
tempfile.SpooledTemporaryFile().read()
[(f := tempfile.TemporaryFile(), f.write(b"ab"), f.seek(0), f.read())[-1]]
[(f := tempfile.TemporaryFile("w+", encoding="latin-1"), f.write("é"), f.seek(0), f.read())[-1]]
[(f := tempfile.SpooledTemporaryFile(10, "w+"), f.write("é"), f.seek(0), f.read())[-1]]
tempfile.template
io.StringIO("a\nb").readlines(), io.BytesIO(b"ab").getbuffer().nbytes
io.BufferedReader(io.BytesIO(b"abc")).peek(1), io.StringIO("a\r\nb", newline=None).read()
io.StringIO().fileno()
linecache.getline("/nowhere", 1)
fileinput.input(["/nowhere"]).readline()
importlib.resources.files("humanize").joinpath("nothing").is_file()
sorted(one.name for one in importlib.resources.files("humanize").joinpath("locale").iterdir())[:3]
importlib.resources.files("humanize").joinpath("locale/de_DE/LC_MESSAGES/humanize.mo").read_bytes()[:4]
importlib.resources.files("tzdata").joinpath("zones").read_text().split()[0]
[importlib.resources.as_file(importlib.resources.files("humanize")).__enter__().name][0]
importlib.resources.read_text("tzdata", "nothing")
pkgutil.get_data("tzdata", "zones")[:6]
pkgutil.get_data("tzdata.zoneinfo", "UTC")[:4]
importlib.import_module("json.decoder").__name__
importlib.import_module("nowhere")
importlib.util.find_spec("json").name
importlib.util.find_spec("nowhere")
importlib.metadata.version("nowhere")
importlib.metadata.version("jinja2") > "3"
subprocess.run(["ls"])
threading.current_thread().name, threading.active_count()
threading.Lock().acquire(), threading.local().__dict__
[(e := threading.Event(), e.set(), e.wait(1))[-1]]
queue.Queue().get_nowait()
[(q := queue.PriorityQueue(), q.put(2), q.put(1), q.get())[-1]]
[(s := sched.scheduler(), s.enter(0.001, 1, lambda: None), s.run())[-1]]
asyncio.run(together())
asyncio.run(impatient())
asyncio.run(queued())
asyncio.run(asyncio.wait_for(later(5), 1))
asyncio.run(later(asyncio.to_thread(int).__name__))
select.select([], [], [], 0)
threading.Event().wait(0.001)
queue.Queue().get(timeout=0.001)
[(l := threading.Lock(), l.acquire(), l.acquire(timeout=0.001))[-1]]
threading.Condition().wait(0.001)
threading.Barrier(1).wait()
threading.Semaphore(0).acquire(timeout=0.001)
signal.getsignal(signal.SIGINT) is not None
getpass.getuser().__class__
platform.python_implementation(), platform.python_version_tuple()[0]
sys.version_info[0], sys.implementation.name, sys.argv.__class__, sys.flags.utf8_mode
sys.getrecursionlimit(), sys.getsizeof([]) > 0, sys.intern("a")
sys.exc_info()
(lambda: (_ for _ in ()).throw(ValueError("x")))()
time.sleep(0), time.sleep(0.001)
time.sleep(-1)
time.perf_counter() > 0, time.monotonic_ns() > 0, time.process_time() >= 0
time.thread_time() >= 0
time.get_clock_info("monotonic").monotonic
timeit.default_timer() > 0
collections.Counter("abca").most_common(1), collections.ChainMap({"a": 1}, {"b": 2})["b"]
collections.OrderedDict(a=1, b=2).popitem(False), collections.deque([1, 2, 3], 2)
collections.defaultdict(list, a=[1])["b"], collections.UserDict(a=1)
collections.namedtuple("P", "x y", defaults=[2])(1)._asdict()
collections.namedtuple("P", "x class")
Row(1)._replace(b="y"), Row.__annotations__
Colour("r").name, Colour["BLUE"], list(Colour), Colour.RED is Colour("r")
Colour("x")
enum.Flag("F", "A B")(3), enum.IntEnum("I", {"A": 2}).A + 1, enum.auto
dataclasses.asdict(Point(1, [2])), Point(1) < Point(2), dataclasses.replace(Point(1), x=3)
Point()
dataclasses.make_dataclass("D", [("a", int, 3)])()
Item("a"), attrs.asdict(Item("a", 2)), attr.evolve(Item("a"), n=3)
Item(5)
functools.reduce(lambda a, b: a * b, [1, 2, 3]), functools.partial(int, base=2)("101")
functools.cache(lambda x: x)(1), functools.cmp_to_key(lambda a, b: b - a)(1) < functools.cmp_to_key(lambda a, b: b - a)(0)
functools.singledispatch(lambda x: "any")(1)
typing.get_type_hints(Point), typing.get_args(dict[str, int]), typing.Optional[int]
typing_extensions.TypedDict("T", {"a": int}).__annotations__, typing.Literal["a"].__args__
inspect.signature(lambda a, *b, c=1, **d: 0).__str__(), inspect.isfunction(len), inspect.getdoc(len)[:6]
inspect.getsource(json.dumps)[:8]
ast.literal_eval("{'a': (1, -2.5, None, b'x')}"), ast.dump(ast.parse("a+1", mode="eval"))
ast.literal_eval("__import__('os')")
ast.unparse(ast.parse("x  =  1 # c"))
[t.string for t in tokenize.generate_tokens(io.StringIO("a = 1").readline)]
keyword.iskeyword("match")
contextlib.nullcontext(5).__enter__(), contextlib.suppress(KeyError).__exit__(KeyError, KeyError(), None)
[(v := contextvars.ContextVar("v", default=1), v.set(2), v.get())[-1]]
[(f := io.StringIO(), contextlib.redirect_stdout(f).__enter__(), print("é"), setattr(sys, "stdout", sys.__stdout__), f.getvalue())[-1]]
copy.copy([1, [2]]), copy.deepcopy({"a": {1, 2}}), copy.replace(Point(1), x=2)
pickle.loads(pickle.dumps({"a": (1, 2.5, "é", b"x", None, {3})})), pickle.dumps(1, 0)
pickle.loads(b"nonsense")
logged()
logging.getLevelName(30), logging.getLogger("a.b").name
pprint.pformat({"b": [1, 2], "a": "x" * 90}, width=40), reprlib.repr(list(range(100)))
[(w := warnings.catch_warnings(record=True), l := w.__enter__(), warnings.simplefilter("always"), warnings.warn("x"), w.__exit__(None, None, None), str(l[0].message))[-1]]
traceback.format_exception_only(ValueError("x"))
list(graphlib.TopologicalSorter({"a": ["b"], "b": []}).static_order())
weakref.ref(Point)() is Point, weakref.WeakValueDictionary()
types.SimpleNamespace(a=1), types.MappingProxyType({"a": 1})["a"]
errno.errorcode[errno.ENOENT], os.strerror(errno.ENOENT), os.strerror(errno.EACCES)
FileNotFoundError(errno.ENOENT, "x").__class__, OSError(errno.ENOENT, "x").__class__
errno.ENOENT, errno.EAGAIN
urllib.request.urlopen("file:///nowhere")
socket.AF_INET.name, socket.inet_aton("10.0.0.1"), socket.htons(1)
socket.inet_pton(socket.AF_INET6, "::1")
print("é"), input.__name__
hash("a") == hash("a"), {1, 2} | {3}, {"a": 1} | {"b": 2}, [*range(3)]
isinstance(1, int | str), (lambda *, a: a)(a=1), f"{1+1=}", (n := 3) + n
"a" "b", b"\x00", 0b11, 1_000, ..., not [], 3 if [] else 4
exec("1")
eval("1 + 1")
compile("1", "x", "eval")
__import__("json").__name__
globals().__class__, vars(Point(1)), dir(Point(1))[-1], id(1).__class__
getattr(Point(1), "z", None), setattr(Point(1), "z", 1), hasattr([], "append"), callable(len)
type("T", (), {"a": 1}).a, super.__name__, object().__class__, type(1).__mro__
ExceptionGroup("g", [ValueError(1)]).exceptions, BaseExceptionGroup("g", [KeyError(1)]).message
"""
