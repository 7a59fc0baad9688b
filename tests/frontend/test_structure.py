"""The dashboard's folders, as tests: who imports whom, how much a folder holds, and names that every disk tells apart."""

import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from tests.makers import CHECKOUT

SOURCES = CHECKOUT / "frontend" / "src"
# Each imports from itself and from what comes after it.
LAYERS = ("pages", "forms", "components", "ui", "api")
FOLDER_FILES_MAX = 15
FILE_LINES_MAX = 300
# `from "..."`, `import("...")` and `import "..."`, of our own files only.
IMPORT = re.compile(r"""(?:\bfrom|\bimport\s*\(|^\s*import)\s*["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)
MODULES = (".ts", ".tsx")

Graph = Mapping[str, set[str]]


def files_below(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def imports_in(root: Path) -> dict[str, set[str]]:
    """Each of our modules, and the files that it imports."""
    files = set(files_below(root))
    return {file: {target(file, said, files) for said in said_in(root / file)} for file in files if is_ours(file)}


def is_module(file: str) -> bool:
    return file.endswith(MODULES)


def is_ours(file: str) -> bool:
    return is_module(file) and "/generated/" not in file


def said_in(path: Path) -> list[str]:
    return IMPORT.findall(path.read_text())


def target(file: str, said: str, files: set[str]) -> str:
    plain = os.path.normpath(os.path.join(os.path.dirname(file), said))
    found = next((plain + ending for ending in ("", *MODULES, "/index.ts") if plain + ending in files), None)
    assert found, f"{file} imports {said}, which is no file under exactly that name"
    return found


def folders_of(graph: Graph) -> dict[str, set[str]]:
    """The same arrows between folders; a folder and one inside it are two."""
    folders: dict[str, set[str]] = {}
    for file, targets in graph.items():
        folder = os.path.dirname(file)
        folders.setdefault(folder, set()).update(os.path.dirname(each) for each in targets)
    return {folder: targets - {folder} for folder, targets in folders.items()}


def cycle_in(graph: Graph) -> list[str]:
    """Return one way that leads back to where it began, or nothing."""
    done: set[str] = set()

    def search(node: str, way: list[str]) -> list[str]:
        if node in way:
            return [*way[way.index(node) :], node]
        if node in done:
            return []
        for each in sorted(graph.get(node, ())):
            if found := search(each, [*way, node]):
                return found
        done.add(node)
        return []

    ways = (search(node, []) for node in sorted(graph))
    return next((way for way in ways if way), list[str]())


def file_cycles(root: Path) -> list[str]:
    return cycle_in(imports_in(root))


def folder_cycles(root: Path) -> list[str]:
    return cycle_in(folders_of(imports_in(root)))


def arrows_up(root: Path) -> list[str]:
    """Imports against the order of the layers; what stands outside them puts the layers together."""
    rank = {layer: place for place, layer in enumerate(LAYERS)}
    return [
        f"{file} imports {each}"
        for file, targets in imports_in(root).items()
        for each in sorted(targets)
        if (here := rank.get(file.split("/")[0])) is not None and rank.get(each.split("/")[0], -1) < here
    ]


def full_folders(root: Path) -> list[str]:
    counts = Counter(os.path.dirname(file) for file in files_below(root))
    return [f"{folder}: {count} files" for folder, count in counts.items() if count > FOLDER_FILES_MAX]


def long_files(root: Path) -> list[str]:
    lengths = {file: (root / file).read_text().count("\n") for file in files_below(root) if "/generated/" not in file}
    return [f"{file}: {length} lines" for file, length in lengths.items() if length > FILE_LINES_MAX]


def alike(root: Path) -> list[str]:
    """Names that a disk without case takes for one, and modules that an import without an ending could both mean."""
    named = [(file.removesuffix(Path(file).suffix) if is_module(file) else file) for file in files_below(root)]
    folded = sorted((name.casefold(), name) for name in named)
    return [f"{name} and {after}" for (same, name), (other, after) in pairwise(folded) if same == other]


RULES = (file_cycles, folder_cycles, arrows_up, full_folders, long_files, alike)


@pytest.mark.parametrize("rule", RULES)
def test_the_dashboards_sources_keep_the_rule(rule: Callable[[Path], list[str]]) -> None:
    assert rule(SOURCES) == []


def test_every_folder_stands_in_a_layer() -> None:
    tops = {file.split("/")[0] for file in files_below(SOURCES) if "/" in file}
    assert tops == set(LAYERS)


def plant(root: Path, texts: Mapping[str, str]) -> Path:
    for file, text in texts.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    return root


def empty(*files: str) -> dict[str, str]:
    return dict.fromkeys(files, "")


BREACHES: list[tuple[Callable[[Path], list[str]], Mapping[str, str]]] = [
    (file_cycles, {"api/a.ts": 'import { b } from "./b";', "api/b.ts": 'import { a } from "./a";'}),
    (file_cycles, {"api/a.ts": 'import type { B } from "./b";', "api/b.ts": 'export { a } from "./a";'}),
    (file_cycles, {"api/a.ts": 'const b = () => import("./b");', "api/b.ts": 'import {\n  a,\n} from "./a";'}),
    (file_cycles, {"ui/A.tsx": 'import "./b.ts";', "ui/b.ts": "import './c'", "ui/c.ts": "import('./A')"}),
    (
        folder_cycles,
        {"ui/x/a.ts": 'import "../y/b";', "ui/y/b.ts": "", "ui/y/c.ts": 'import "../x/d";', "ui/x/d.ts": ""},
    ),
    (
        folder_cycles,
        {"ui/a.ts": 'import { b } from "./y/b";', "ui/y/b.ts": "", "ui/y/c.ts": 'import "../d";', "ui/d.ts": ""},
    ),
    (arrows_up, {"components/A.tsx": 'import { B } from "../forms/B";', "forms/B.tsx": ""}),
    (arrows_up, {"components/x/A.tsx": 'import type { B } from "../../forms/x/B";', "forms/x/B.tsx": ""}),
    (arrows_up, {"forms/A.tsx": 'const B = lazy(() => import("../pages/B"));', "pages/B.tsx": ""}),
    (arrows_up, {"ui/A.tsx": 'import styles from "../components/B.module.css";', "components/B.module.css": ""}),
    (arrows_up, {"api/a.ts": 'export * from "../ui/b";', "ui/b.ts": ""}),
    (arrows_up, {"api/a.ts": 'import { routes } from "../routes";', "routes.tsx": ""}),
    (full_folders, empty(*(f"ui/Part{number}.tsx" for number in range(16)))),
    (full_folders, empty(*(f"ui/P{number}{end}" for number in range(8) for end in (".tsx", ".module.css")))),
    (long_files, {"ui/A.tsx": "\n" * 301}),
    (long_files, {"ui/a.css": "\n" * 301}),
    (alike, empty("ui/Authority.tsx", "ui/authority.ts")),
    (alike, empty("ui/gates.ts", "ui/gates.tsx")),
    (alike, empty("ui/Gates.module.css", "ui/gates.module.css")),
    (alike, empty("ui/Marks/a.ts", "ui/marks/a.ts")),
]


@pytest.mark.parametrize(("rule", "files"), BREACHES)
def test_a_breach_of_a_rule_is_found(
    rule: Callable[[Path], list[str]], files: Mapping[str, str], tmp_path: Path
) -> None:
    assert rule(plant(tmp_path, files)) != []


def test_what_keeps_the_rules_is_let_be(tmp_path: Path) -> None:
    root = plant(
        tmp_path,
        {
            "pages/A.tsx": 'import { B } from "../forms/B";\nimport styles from "./A.module.css";',
            "pages/A.module.css": "",
            "forms/B.tsx": 'import { c } from "../components/x/c";',
            "components/x/c.ts": 'import { a } from "../../api/a";',
            "api/a.ts": "",
            "routes.tsx": 'const A = () => import("./pages/A");',
        },
    )
    assert [rule(root) for rule in RULES] == [[]] * len(RULES)


def test_an_import_that_leans_on_a_disk_without_case_is_found(tmp_path: Path) -> None:
    plant(tmp_path, {"ui/A.tsx": 'import { b } from "./Gates";', "ui/gates.ts": ""})
    with pytest.raises(AssertionError, match="no file under exactly that name"):
        imports_in(tmp_path)
