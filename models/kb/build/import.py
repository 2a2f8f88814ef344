#!/usr/bin/env python3
"""Reads the pinned sources of the built-in knowledge base and writes it as JSON lines, the input of `copydesk kb build`.

usage: import.py --sources DIR --geonames CITIES15000.json --out BASE.jsonl [--lexicon DIR --nicknames NAMES.csv] [--ids IDS.bin]

DIR holds the files named in ../README.md. Ids come from source rows only: wd: from Wikidata columns, gn: GeoNames, cik: the SEC's
number, cameo: the actor code of a dictionary. --lexicon writes the given names with their gender and the nicknames of src/extract/entity.
--ids collects every Wikidata id that stands anywhere in the sources, by a regular expression of its own, for the test that refuses
an id without a source row.
"""
import argparse, csv, difflib, glob, json, os, re, unicodedata
from collections import Counter, defaultdict

HERE = os.path.dirname(os.path.abspath(__file__))
LATIN = re.compile(r"^[\u0000-\u024f\u1e00-\u1eff’‘–—ʻʼ]+$")
COUNTRY_OF_FILE = {
    "australia-cabinet": "au", "brazil-ministers": "br", "canada-cabinet": "ca", "china-ministers": "cn", "france-cabinet": "fr",
    "india-ministers": "in", "iran-ministers": "ir", "israel-ministers": "il", "japan-ministers": "jp", "mexico-ministers": "mx",
    "pakistan-ministers": "pk", "russia-cabinet": "ru", "south-korea-ministers": "kr", "turkey-ministers": "tr",
    "ukraine-cabinet": "ua", "united-kingdom-cabinet": "gb", "us-cabinet": "us", "world": None,
}
HEADS = {"president", "prime minister", "chancellor", "premier", "monarch", "emperor", "king", "queen", "supreme leader", "pope",
         "secretary-general of the united nations", "general secretary of the communist party"}


def tsv(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


def key(name):
    """As src/kb/fold.rs, near enough to find twins."""
    s = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    s = s.replace("ø", "o").replace("ł", "l").replace("’", "").replace("'", "").replace(".", "")
    return " ".join(re.findall(r"\w+", s.lower()))


def latin(name):
    return bool(name) and bool(LATIN.match(name))


class Base:
    def __init__(self):
        self.rows = {}
        self.refused = []

    @staticmethod
    def agree(known, name, more):
        """True where the two names share a word, or half of their letters in order."""
        words = {w for n in [known["name"], *known["aliases"]] for w in key(n).split()}
        return bool(words & set(key(name).split())) or any(difflib.SequenceMatcher(None, key(name), key(n)).ratio() > 0.6 for n in [known["name"], *known["aliases"]])

    def add(self, id, type, name, source, **more):
        known = self.rows.get(id)
        if type == "PERSON" and known and not self.agree(known, name, more):
            # two sources give one id to two people: the earlier, better kept source stands
            self.refused.append((id, known["name"], known["source"], name, source))
            return None
        row = self.rows.setdefault(id, {"id": id, "type": type, "name": name, "aliases": [], "source": []})
        if source not in row["source"]:
            row["source"].append(source)
        for alias in [name] + list(more.pop("aliases", [])):
            if latin(alias) and alias != row["name"] and alias not in row["aliases"]:
                row["aliases"].append(alias)
        row["prior"] = max(row.get("prior", 0.0), more.pop("prior", 0.1))
        for k, v in more.items():
            if isinstance(v, list):
                for x in v:
                    if x not in row.setdefault(k, []):
                        row[k].append(x)
            elif v not in (None, "", {}):
                row.setdefault(k, v)
        return row


def territories(base, d):
    """Countries with the names, demonyms and capitals that English news has for them; states, provinces and other territories."""
    extra, capitals, demonyms = defaultdict(list), defaultdict(list), defaultdict(list)
    for code, *names in tsv("names.tsv"):
        extra[code] += names
    for code, *names in tsv("capitals.tsv"):
        capitals[code] += names
    for code, names in tsv("demonyms.tsv"):
        demonyms[code] += [n.replace("_", " ") for n in names.split()]
    codes = {}
    with open(f"{d}/country-codes.csv", encoding="utf-8") as f:
        for row in csv.DictReader(f):
            code = row["ISO3166-1-Alpha-2"].lower()
            codes[code] = row
            if row["Capital"]:
                capitals[code].append(row["Capital"])
    for line in open(f"{d}/territories.jsonl", encoding="utf-8"):
        t = json.loads(line)
        code, name = t["code"], re.sub(r"\s*\([^)]*\)$", "", t["name"])
        row = codes.get(code, {})
        aliases = [t.get("full_name"), *extra[code]] + [row.get(c) for c in ("official_name_en", "UNTERM English Short", "UNTERM English Formal", "CLDR display name")]
        aliases = [re.sub(r"^[Tt]he ", "", re.sub(r"\s*\([^)]*\)", "", a)) for a in aliases if a and latin(a)]
        if "-" in code:
            aliases += [a for a in t.get("names_strong", []) if latin(a) and not re.search(r"[,()]|USA|U\.S", a)]
            aliases = [a for a in aliases if "(" not in a and "America" not in a]
        country = bool(t.get("is_country")) or code in ("ps", "xk", "tw", "hk", "mo", "va")
        if len(code.split("-")[0]) != 2 and "-" not in code:
            country = False  # states that are no more: their codes are not ISO 3166
        kind = "country" if country else "union" if code in ("eu", "un") else "region"
        body = code in ("eu", "un")
        base.add(f"wd:{t['qid']}", "ORG" if body else "GPE", name, "rigour", aliases=aliases, subtype=kind, country=code.split("-")[0].upper() if len(code.split("-")[0]) == 2 and not body else None,
                 region=code.split("-")[1].upper() if "-" in code else None,
                 prior=0.95 if country else 0.9 if body else 0.55 if code == "us-wa" else 0.7 if code.startswith("us-") else 0.55 if "-" in code else 0.6,
                 demonyms=demonyms[code], capitals=sorted(set(capitals[code])) if country else [])


def cities(base, d, geonames):
    """GeoNames' cities over 15,000; those of Natural Earth bring Wikidata ids."""
    import math
    places = json.load(open(f"{d}/ne_50m_populated_places.json", encoding="utf-8"))["features"]
    known = defaultdict(list)
    for f in places:
        p = f["properties"]
        names = [p.get(k) for k in ("NAME", "NAME_EN", "NAMEASCII", "NAMEALT", "MEGANAME")]
        names = [n.strip() for n in names if n]
        p["names"] = [x for n in names for x in n.split("|") if latin(x)]
        for n in {key(n) for n in p["names"]}:
            known[n].append(p)
    used = set()
    # a city of 20,000 has 0.2, of a million 0.5; a capital stands for more than its size
    prior = lambda pop, capital=False: round(min(0.9, 0.1 + 0.13 * max(0.0, math.log10(max(pop, 1)) - 3.5) + (0.35 if capital else 0)), 3)
    capital_of = lambda p: p["FEATURECLA"].startswith("Admin-0 capital")

    exonyms = {(code, key(name)): names for code, name, *names in tsv("cities.tsv")}

    def place(p, aliases, pop, country, region):
        names = p["names"] + [a for n in p["names"] for a in exonyms.get(((country or "").lower(), key(n)), [])]
        row = base.rows.get(f"wd:{p['wikidataid']}")
        if row and row["subtype"] == "region":
            row["subtype"] = "city"  # a city that is a region of its own
        base.add(f"wd:{p['wikidataid']}", "GPE", p.get("NAME_EN") or p["NAME"], "natural-earth", aliases=names + aliases, subtype="city",
                 country=country, region=region, prior=prior(pop, capital_of(p)))

    cities = sorted(json.load(open(geonames, encoding="utf-8")).values(), key=lambda c: (-c["population"], c["geonameid"]))
    for c in cities:
        names = [c["name"]]
        near = lambda p: abs(p["LATITUDE"] - c["latitude"]) < 0.6 and abs(p["LONGITUDE"] - c["longitude"]) < 0.8
        alternates = {key(a) for a in c["alternatenames"] if latin(a)}
        twins = [p for n in {key(c["name"])} | alternates for p in known.get(n, []) if near(p) and p["ISO_A2"] == c["countrycode"]]
        exact = [p for p in twins if key(c["name"]) in {key(n) for n in p["names"]}]
        match = next((p for p in exact + twins if p.get("wikidataid") and p["wikidataid"] not in used), None)
        region = c["admin1code"] if c["countrycode"] == "US" else None
        if match:
            used.add(match["wikidataid"])
            place(match, names, max(c["population"], match["POP_MAX"] or 0), c["countrycode"], region)
            base.rows[f"wd:{match['wikidataid']}"]["source"].append("geonames")
            base.rows[f"wd:{match['wikidataid']}"].setdefault("same_as", {})["geonames"] = str(c["geonameid"])
        else:
            base.add(f"gn:{c['geonameid']}", "GPE", c["name"], "geonames", subtype="city", aliases=exonyms.get((c["countrycode"].lower(), key(c["name"])), []), country=c["countrycode"], region=region, prior=prior(c["population"]))
    for f in places:
        p = f["properties"]
        if p.get("wikidataid") and p["wikidataid"] not in used:
            used.add(p["wikidataid"])
            place(p, [], p["POP_MAX"] or 0, p["ISO_A2"] if p["ISO_A2"] != "-99" else None, None)


def namesakes(base):
    """Of places with one name, the one that news means: a country before its capital, a city before the province around it."""
    cities = {}
    for r in base.rows.values():
        if r.get("subtype") == "city":
            for n in [r["name"], *r["aliases"]]:
                k = (key(n), r.get("country"))
                cities[k] = max(cities.get(k, 0.0), r["prior"])
    for r in base.rows.values():
        if r.get("subtype") == "region" and not (r.get("country") == "US"):
            city = cities.get((key(r["name"]), r.get("country")), 0.0)
            if city >= 0.35:
                r["prior"] = round(min(r["prior"], city - 0.25), 3)
    countries = {(key(n), r["country"]) for r in base.rows.values() if r.get("subtype") == "country" for n in [r["name"], *r["aliases"]]}
    for r in base.rows.values():
        if r.get("subtype") == "city" and any((key(n), r.get("country")) in countries for n in [r["name"], *r["aliases"]]):
            r["prior"] = round(min(r["prior"], 0.6), 3)


def rank(title):
    t = title.lower()
    if t in HEADS:
        return 0.9
    if t.startswith("deputy") or t.startswith("assistant") or "ambassador" in t or "under" in t:
        return 0.35
    if "minister" in t or "secretary" in t or "vice" in t or "governor" in t or "speaker" in t or "chief" in t:
        return 0.55
    return 0.4


def people(base, d):
    """Office holders of nineteen countries and world bodies, world leaders, legislators."""
    genders, births = {}, {}
    for path in sorted(glob.glob(f"{d}/office-holders/*.csv")):
        for row in csv.DictReader(open(path, encoding="utf-8")):
            id = row.get("id") or row.get("personID")
            if id and row.get("gender") in ("male", "female"):
                genders[id] = row["gender"][0]
            born = row.get("dob") or row.get("DOB")
            if id and born:
                births[id] = int(born[:4])
            if row.get("name") and row.get("gender"):
                genders.setdefault(("name", row["name"]), row["gender"][0])

    def person(id, name, source, offices, prior, aliases=(), gender=None, born=None):
        if not re.fullmatch(r"Q\d+", id or "") or not name or not latin(name):
            return
        offices = [{k: v for k, v in o.items() if v} for o in offices]
        base.add(f"wd:{id}", "PERSON", name, source, aliases=aliases, prior=prior, gender=gender or genders.get(id), born=born or births.get(id),
                 country=next((o["country"] for o in offices if o.get("country")), None), offices=offices)

    for name, code in COUNTRY_OF_FILE.items():
        for row in csv.DictReader(open(f"{d}/office-holders/{name}.csv", encoding="utf-8")):
            title = row["position"].strip()
            wiki = re.sub(r"\s*\(.*\)$", "", row.get("enwiki") or "")
            person(row["personID"], row["person"], f"every-politician-scrapers/{name}",
                   [{"title": title[0].upper() + title[1:], "country": code and code.upper(), "from": row["start"], "to": row["end"]}],
                   rank(title), aliases=[wiki] if wiki else [])
    country_of = {r["id"][3:]: r["country"] for r in base.rows.values() if r.get("subtype") == "country"}
    for row in csv.DictReader(open(f"{d}/office-holders/world-leaders-2021.csv", encoding="utf-8")):
        title = re.sub(r" of (the )?[A-Z].*$", "", row["positionLabel"])
        person(row["officeholder"], row["officeholderLabel"], "every-politician-scrapers/world-leaders-2021",
               [{"title": title, "country": country_of.get(row["countryid"]), "from": row["start_year"], "to": row["end_year"]}], 0.9)
    for path in sorted(glob.glob(f"{d}/world-leaders-current/*/current.json")):
        doc = json.load(open(path, encoding="utf-8"))
        code = doc["country"]["iso_code"]
        for post in doc["positions"].values():
            holder = (post or {}).get("current_holder") or {}
            # the files of unions match names to ids loosely: they only count for people whom another source has under that id
            if holder.get("wikidata_id") and (len(code) == 2 and code not in ("EU", "AU") or f"wd:{holder['wikidata_id']}" in base.rows):
                person(holder["wikidata_id"], holder["name_en"], "world-leaders-current",
                       [{"title": post["title_en"], "country": code if len(code) == 2 else None, "from": holder.get("since"), "to": None}], 0.9,
                       born=int(holder["born"][:4]) if holder.get("born") else None)
    import yaml
    seen = {}
    for path in ["congress-2016-11-01.yaml", "congress-2020-11-01.yaml", "congress-2024-12-20.yaml", "congress-current.yaml", "us-executive.yaml"]:
        for m in yaml.load(open(f"{d}/{path}", encoding="utf-8"), Loader=yaml.CSafeLoader):
            if m["id"].get("wikidata"):
                seen[m["id"]["wikidata"]] = (path, m)
    for id, (path, m) in sorted(seen.items()):
        n = m["name"]
        full = n.get("official_full") or f"{n['first']} {n['last']}"
        aliases = [f"{n['first']} {n['last']}"] + ([f"{n['nickname']} {n['last']}"] if n.get("nickname") else [])
        aliases += [f"{n['first']} {n['middle']} {n['last']}"] if n.get("middle") else []
        titles = {"sen": "Senator", "rep": "Representative", "prez": "President", "viceprez": "Vice President"}
        offices = []
        for t in m["terms"]:
            o = {"title": titles[t["type"]], "country": "US", "region": t.get("state"), "from": t["start"], "to": t["end"]}
            if offices and offices[-1]["title"] == o["title"] and offices[-1].get("region") == o["region"] and offices[-1]["to"] >= o["from"]:
                offices[-1]["to"] = o["to"]
            else:
                offices.append(o)
        person(id, full, "congress-legislators", offices, 0.9 if path == "us-executive.yaml" else 0.5 if offices[-1]["title"] == "Senator" else 0.42,
               aliases=aliases, gender=m["bio"].get("gender", "").lower()[:1] or None, born=int(m["bio"]["birthday"][:4]) if m["bio"].get("birthday") else None)
    return genders


def companies(base, d):
    other = {key(name): names for name, *names in tsv("bodies.tsv")}
    for row in csv.DictReader(open(f"{d}/sp500.csv", encoding="utf-8")):
        name = re.sub(r"\s*\((Class [A-C]|The)\)", "", row["Security"])
        short = re.sub(r",? (Inc\.?|Corp\.?|Corporation|Company|Co\.?|plc|Ltd\.?|Group|Holdings?|N\.V\.)$", "", name)
        extra = other.get(key(name), [])
        base.add(f"cik:{int(row['CIK'])}", "ORG", name, "s-and-p-500", subtype="company", country="US", prior=0.6, aliases=([short] if len(short) > 2 else []) + extra,
                 same_as={"ticker": row["Symbol"]})


SMALL = {"OF", "THE", "AND", "FOR", "ON", "TO", "IN", "AGAINST", "DE", "DES", "SANS"}
ORG_WORDS = set("organization organisation agency union bank fund council commission committee court league association federation forum institute office programme program alliance group assembly parliament secretariat tribunal society foundation international watch center centre network coalition conference community church movement authority convention corporation company".split())


def bodies(base, d):
    """Intergovernmental and non-governmental bodies and media of the actor dictionary: names of two words or more that hold a word for a
    body, and the acronyms that stand with them."""
    other = {key(name): names for name, *names in tsv("bodies.tsv")}
    held = {key(a).removeprefix("the ") for r in base.rows.values() if r["type"] == "ORG" for a in [r["name"], *r["aliases"]]}
    block, blocks = [], []
    for line in open(f"{d}/cameo/Phoenix.International.actors.txt", encoding="utf-8", errors="replace"):
        line = line.split("#")[0].rstrip()
        if not line:
            continue
        if not line.startswith(("+", "\t", " ")) and block:
            blocks.append(block)
            block = []
        block.append(line)
    blocks.append(block)
    for block in blocks:
        codes = re.findall(r"\[([A-Z]+)[^\]]*\]", " ".join(block))
        if not codes or not codes[0].startswith(("IGO", "NGO", "IMG", "MED", "UNO")) or re.search(r"\[[A-Z]+ [<>\d]", " ".join(block)):
            continue
        names = [re.sub(r"\s*\[.*", "", l).lstrip("+").strip().strip("_").replace("_", " ") for l in block if l.strip() and not l.startswith(("\t", " "))]
        names = [n for n in names if n]
        full = next((n for n in names if len(n.split()) >= 2 and (set(n.lower().split()) & ORG_WORDS)), None)
        short = [n for n in names if re.fullmatch(r"[A-Z]{3,7}", n) and n not in ("THE",)]
        media = codes[0].startswith("MED")
        if not full and not media:
            continue
        if media and (len(names) > 8 or not names):
            continue
        title = lambda n: " ".join(w.lower() if w in SMALL and k else w if re.fullmatch(r"[A-Z]{2,4}", w) and len(n.split()) == 1 else w.capitalize() for k, w in enumerate(n.split()))
        name = title(full or names[0])
        if media and not re.search(r"times|post|journal|news|press|jazeera|xinhua|haaretz|bbc|cnn|afp|spiegel|buzzfeed|mcclatchy", name.lower()):
            continue
        if name.lower().startswith("the "):
            name = name[4:]
        if key(name) in held:
            continue
        short = short + other.get(key(name), [])
        base.add("cameo:" + key(name).replace(" ", "-"), "ORG", name, "petrarch2", subtype="body", prior=0.6 if codes[0].startswith(("IGO", "UNO")) else 0.45,
                 aliases=[title(n) for n in names if set(n.lower().split()) & ORG_WORDS and len(n.split()) >= 2] + short)


def lexicon(genders, base, out, nicknames):
    counts = defaultdict(Counter)
    for k, g in genders.items():
        if isinstance(k, tuple):
            first = key(k[1]).split()
            if len(first) >= 2 and len(first[0]) > 2:
                counts[first[0]][g] += 1
    for r in base.rows.values():
        if r["type"] == "PERSON" and r.get("gender"):
            first = key(r["name"]).split()
            if len(first) >= 2 and len(first[0]) > 2:
                counts[first[0]][r["gender"]] += 1
    with open(f"{out}/given_names.txt", "w", encoding="utf-8") as f:
        f.write("# Folded given names and the gender that nearly all of their bearers among the office holders of the knowledge base have.\n")
        f.write("# Written by models/kb/build/import.py.\n")
        for name in sorted(counts):
            (g, n), total = counts[name].most_common(1)[0], sum(counts[name].values())
            if n >= 2 and n / total >= 0.95:
                f.write(f"{name} {g}\n")
    short = defaultdict(set)
    for row in csv.DictReader(open(nicknames, encoding="utf-8")):
        if row["relationship"] == "has_nickname":
            short[row["name1"]].add(row["name2"])
    with open(f"{out}/nicknames.txt", "w", encoding="utf-8") as f:
        f.write("# A given name and its short forms. From the package nicknames 1.0.1 (Apache-2.0).\n# Written by models/kb/build/import.py.\n")
        for name in sorted(short):
            f.write(f"{name} {' '.join(sorted(n for n in short[name] if ' ' not in n))}\n")


def source_ids(d):
    """Every Wikidata id in the sources, read without any of the code above."""
    ids = set()
    for path in glob.glob(f"{d}/**/*", recursive=True):
        if os.path.isfile(path):
            ids |= {int(q) for q in re.findall(r"\bQ([1-9]\d{0,9})\b", open(path, encoding="utf-8", errors="replace").read())}
    return sorted(ids)


def write_ids(ids, path):
    out, last = bytearray(), 0
    for i in ids:
        n, last = i - last, i
        while n >= 0x80:
            out.append(n & 0x7F | 0x80)
            n >>= 7
        out.append(n)
    open(path, "wb").write(out)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--sources", required=True)
    a.add_argument("--geonames", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--lexicon")
    a.add_argument("--nicknames")
    a.add_argument("--ids")
    a = a.parse_args()
    base = Base()
    territories(base, a.sources)
    cities(base, a.sources, a.geonames)
    namesakes(base)
    genders = people(base, a.sources)
    companies(base, a.sources)
    bodies(base, a.sources)
    with open(a.out, "w", encoding="utf-8") as f:
        for id in sorted(base.rows):
            f.write(json.dumps(base.rows[id], ensure_ascii=False) + "\n")
    for id, name, sources, other, source in base.refused:
        print(f"refused: {source} has {other!r} under {id}, which is {name!r} in {', '.join(sources)}")
    print(Counter((r["type"], r.get("subtype")) for r in base.rows.values()))
    if a.lexicon:
        lexicon(genders, base, a.lexicon, a.nicknames)
    if a.ids:
        write_ids(source_ids(a.sources), a.ids)


main()
