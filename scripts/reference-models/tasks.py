"""
Texts that end in a label word, so that the models learn to follow a prompt: public labelled data in many templates, and small tasks of
our own making. Never rows of an evaluation split, and no labels of sets that the benchmarks treat as private.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sources import passage, rows, senses


@dataclass(frozen=True)
class Example:
    """The text that is asked about; with the words of a template around it, `before`; the label word; `after` (for the masked model: what follows the mask)."""

    text: str
    before: str
    word: str
    after: str = "."


DBPEDIA = ["company", "school", "artist", "athlete", "politician", "transportation", "building", "nature", "village", "animal", "plant", "album", "film", "book"]
ABOUT = ["{} It's about", "{} This is about", "Text: {} Topic:", "{} The topic is", "{} The subject of this text is", "{} Category:", "What is this about? {} Answer:", "Classify: {} Class:", "{} It is a kind of", "{} In one word:"]
MAIL = ["{} This mail is", "Mail: {} Kind:", "{} This message is", "{} It was", "Is this ham or spam? {} Answer:"]
MAIL_WORDS = [["spam", "advertising", "unwanted", "junk"], ["ham", "personal", "wanted", "mail"]]
YES = ["{p} {q}? The answer is", "{p} Question: {q}? Answer:", "Passage: {p} Is it true that {q}?", "{p} {q}?"]
FEEL = ["{} It was", "{} All in all it was", "Review: {} Sentiment:", "{} The film was", "{} I thought it was", "{} In short:", "{} This is", "Is this good or bad? {} It is"]
GOOD = ["good", "great", "wonderful", "excellent", "brilliant", "amazing", "positive"]
BAD = ["bad", "terrible", "awful", "poor", "dreadful", "boring", "negative"]
ASK = ["{} This asks for a", "Question: {} Type:", "{} The answer is a", "What kind of question is this? {} It is about a", "{} It wants a"]


def examples(data: Path, mail: Path, wordnet: Path, seed: int) -> list[Example]:
    draw = random.Random(seed)
    made: list[Example] = []
    for file in ("dbpedia/train.jsonl", "dbpedia_titled/train.jsonl"):
        for row in rows(data / file):
            for template in draw.sample(ABOUT, 3):
                text = shorten(row["text"], draw)
                made.append(Example(text, template.format(text), DBPEDIA[row["label"]]))
    for row in rows(data / "boolq/train.jsonl"):
        text, question = passage(row["text"]), row["text"].split("Question:")[-1].strip().rstrip("?")
        for template in draw.sample(YES, 2):
            made.append(Example(question, template.format(p=shorten(text, draw, 500), q=question), ["no", "yes"][row["label"]]))
    for row in rows(mail):
        kind = MAIL_WORDS[0 if row["label"] == "spam" else 1]
        for template in draw.sample(MAIL, 4):
            made.append(Example(row["text"], template.format(row["text"]), draw.choice(kind)))
    made += draw.sample(list(kinds_of_things(wordnet, draw)), 16_000)
    made += [sentiment(draw) for _ in range(24_000)]
    made += [question_type(draw) for _ in range(16_000)]
    draw.shuffle(made)
    return made


# WordNet's lexicographer files of which the kind is plain.
THINGS_BY_FILE = {4: "action", 5: "animal", 7: "quality", 8: "body", 9: "knowledge", 10: "language", 11: "event", 12: "feeling", 13: "food", 14: "group", 15: "place", 18: "person", 20: "plant", 21: "money", 27: "substance", 28: "time"}


def kinds_of_things(wordnet: Path, draw: random.Random) -> Iterator[Example]:
    for sense in senses(wordnet):
        if sense.kind in THINGS_BY_FILE:
            text = draw.choice([f"{sense.words[0]}: {sense.gloss}.", f"{sense.gloss}.", *sense.examples[:1]])
            yield Example(text, draw.choice(ABOUT).format(text), THINGS_BY_FILE[sense.kind])


def shorten(text: str, draw: random.Random, most: int = 260) -> str:
    cut = text[: draw.randint(100, most)]
    return cut if len(cut) == len(text) else cut.rsplit(" ", 1)[0]


THINGS = "film,movie,story,plot,acting,script,cast,ending,dialogue,music,director,performance,comedy,drama,documentary,picture,tale,thriller,romance,first half,second half,camera work,hero,villain,humor,book,play,show,hotel,meal,service,room,product,phone,battery,staff,coffee,place,trip,concert".split(",")
PRAISE = "funny,moving,charming,clever,touching,delightful,gripping,beautiful,warm,fresh,witty,inspired,tender,powerful,lovely,original,thoughtful,honest,entertaining,engaging,sharp,smart,vivid,rich,compelling,fascinating,graceful,superb,masterful,satisfying,sweet,intelligent,heartfelt,remarkable,stunning,enjoyable,rewarding,perfect,hilarious,marvelous".split(",")
BLAME = "dull,boring,stupid,tedious,flat,empty,silly,lifeless,predictable,clumsy,annoying,messy,shallow,tired,weak,ugly,pointless,bland,cold,stale,forced,pretentious,muddled,dreary,lame,sloppy,contrived,slow,confused,disappointing,mediocre,dumb,painful,unfunny,tiresome,hollow,depressing,ridiculous,mindless,offensive".split(",")
WARM = ["i loved every minute of it", "a joy from start to finish", "it will stay with me for a long time", "do not miss it", "worth seeing twice", "it made me laugh and cry", "among the finest in years", "it works on every level", "a triumph", "i could not stop smiling", "it never fails to surprise", "an absolute pleasure", "well worth your time", "it is a real treat", "full of life and energy"]
COOL = ["i wanted my money back", "a waste of time", "i nearly fell asleep", "it goes nowhere", "avoid it", "it never comes to life", "one of the worst of the year", "nothing in it works", "a complete mess", "i could hardly wait for it to end", "it runs out of ideas", "there is no reason to see it", "it falls apart", "the jokes fall flat", "too long by half"]
FRAMES = ["a {a} and {b} {t} .", "the {t} is {a} and {b} .", "{w} : the {t} is {a} .", "what a {a} {t} !", "the {t} is {a} , and {w} .", "{a} , {b} and , above all , {c} .", "it has a {a} {t} and a {b} {u} .", "despite the {x} {u} , the {t} is {a} and {w} .", "the {u} may be {x} , but {w} .", "not {x} at all : {w} .", "{w} .", "I found the {t} {a}. {w}.", "The {t} was {a}, the {u} {b}; {w}."]


def sentiment(draw: random.Random) -> Example:
    is_good = draw.random() < 0.5
    own, other, said = (PRAISE, BLAME, WARM) if is_good else (BLAME, PRAISE, COOL)
    a, b, c = draw.sample(own, 3)
    t, u = draw.sample(THINGS, 2)
    text = draw.choice(FRAMES).format(a=a, b=b, c=c, t=t, u=u, x=draw.choice(other), w=draw.choice(said))
    return Example(text, draw.choice(FEEL).format(text), draw.choice(GOOD if is_good else BAD))


PLACES = "France,Egypt,Chicago,the Nile,Mount Everest,Rome,Texas,Japan,the Pacific Ocean,London,Brazil,Lake Superior,Kenya,Berlin,the Sahara".split(",")
PEOPLE = "Abraham Lincoln,Mozart,Cleopatra,Shakespeare,Marie Curie,Napoleon,Edison,Columbus,Gandhi,Picasso,Darwin,Queen Victoria".split(",")
MATTERS = "penicillin,the telephone,gravity,the stock market,baseball,volcanoes,the United Nations,jazz,diabetes,the moon,paper money,hurricanes,chess,steel,the heart,rainbows,cholesterol,an earthquake".split(",")
LETTERS = "NASA,the FBI,UNESCO,the CIA,HTML,the EU,AIDS,a DVD,the NBA,the IRS,SOS,the BBC,the UN,CPR".split(",")
QUESTIONS = {
    "number": ["How many people live in {p}?", "When was {e} born?", "How far is it from {p} to {q}?", "What year did {e} die?", "How long does {m} last?", "How much does {m} cost?", "What is the population of {p}?", "How tall is {e}?", "How many miles is {p} from {q}?"],
    "location": ["Where is {p}?", "What country borders {p}?", "Where was {e} born?", "What city is near {p}?", "Which state has the most {m}?", "What is the capital of {p}?", "Where did {m} come from?", "What river flows through {p}?"],
    "human": ["Who invented {m}?", "Who was {e}?", "What president visited {p}?", "Who discovered {m}?", "What actor played {e}?", "Who is the leader of {p}?", "Which scientist studied {m}?", "Who wrote about {e}?", "What company makes {m}?"],
    "description": ["What is {m}?", "Why does {m} matter?", "How does {m} work?", "What causes {m}?", "What does {m} mean?", "What is the origin of {m}?", "How do you make {m}?", "Why did {e} go to {p}?", "What is the difference between {m} and {n}?"],
    "entity": ["What animal lives in {p}?", "What color is {m}?", "What food is eaten in {p}?", "What disease did {e} have?", "What language is spoken in {p}?", "What instrument did {e} play?", "What is a product of {p}?", "What book did {e} write?", "What sport is popular in {p}?", "What currency is used in {p}?"],
    "abbreviation": ["What does {l} stand for?", "What is the full form of {l}?", "What is {l} short for?", "What does the abbreviation {l} mean?"],
}
KINDS = {"number": ["number", "date"], "location": ["location", "place"], "human": ["human", "person"], "description": ["description", "concept"], "entity": ["entity", "thing"], "abbreviation": ["abbreviation"]}


def question_type(draw: random.Random) -> Example:
    kind = draw.choice(list(QUESTIONS))
    p, q = draw.sample(PLACES, 2)
    m, n = draw.sample(MATTERS, 2)
    asked = draw.choice(QUESTIONS[kind]).format(p=p, q=q, m=m, n=n, e=draw.choice(PEOPLE), l=draw.choice(LETTERS))
    if draw.random() < 0.5:
        asked = asked.replace("?", " ?")
    return Example(asked, draw.choice(ASK).format(asked), draw.choice(KINDS[kind]))
