//! Which quantities are changes and levels after a change: "rose 5% to $10 billion from $9.5 billion".

use std::ops::Range;

use copydesk_nlp::Doc;
use rust_decimal::Decimal;

use super::grammar::{Candidate, Class};
use super::lexer::{Atoms, Kind};
use crate::extract::time::grammar::{Match, is_point_of_comparison};

/// How a quantity changed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    /// `up` or `down`.
    pub(crate) direction: Direction,
    /// By how much.
    pub(crate) amount: Option<Decimal>,
    /// `percent`, `points` or `absolute`.
    pub(crate) unit: Option<&'static str>,
    /// What it is compared with, as atoms.
    pub(crate) baseline: Option<Range<usize>>,
}

/// Up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// More.
    Up,
    /// Less.
    Down,
}

impl Direction {
    /// The contract's word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Direction::Up => "up",
            Direction::Down => "down",
        }
    }
}

/// What a quantity is to the word of change that governs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// "by 5%", "rose 5%", "a 5% rise".
    Amount,
    /// "to $10 billion".
    Level,
    /// "from $9.5 billion".
    Base,
}

#[derive(Debug, Clone, Copy)]
struct Link {
    relation: Relation,
    /// Atom of the word of change.
    anchor: usize,
    /// None for words that only say that something changed: the levels tell.
    direction: Option<Direction>,
}

/// For each quantity of the block, how it changed.
pub(crate) fn changes(atoms: &Atoms<'_>, doc: &Doc, found: &[Candidate], times: &[Match]) -> Vec<Option<Change>> {
    let mut links: Vec<Option<Link>> = Vec::with_capacity(found.len());
    for i in 0..found.len() {
        let inherited = i.checked_sub(1).and_then(|p| links[p].filter(|_| is_apposed(atoms, &found[p], &found[i])));
        links.push(link(atoms, doc, &found[i]).or(inherited));
    }
    (0..found.len()).map(|i| change(atoms, doc, found, times, &links, i)).collect()
}

/// "$1.35, or 1.7%", "274 points (0.42%)".
fn is_apposed(atoms: &Atoms<'_>, first: &Candidate, second: &Candidate) -> bool {
    let gap = first.end.min(second.start)..second.start;
    let words: Vec<&str> = gap.map(|i| atoms.lower(i)).collect();
    // "4,000 jobs, or 5% of its workforce" is a share, no second measure of the change.
    let share = second.class == Class::Percent && atoms.lower(second.end) == "of";
    !share && matches!(words.as_slice(), [",", "or"] | ["or"] | ["("] | [",", "or", "about"])
}

fn link(atoms: &Atoms<'_>, doc: &Doc, quantity: &Candidate) -> Option<Link> {
    if matches!(quantity.class, Class::Duration | Class::Ratio) {
        return None;
    }
    noun_after(atoms, doc, quantity).or_else(|| words_before(atoms, doc, quantity))
}

/// "a 6.3% increase", "a 25-basis-point cut", "3% higher", "a third less than".
fn noun_after(atoms: &Atoms<'_>, doc: &Doc, quantity: &Candidate) -> Option<Link> {
    if matches!(quantity.class, Class::Count | Class::Age) {
        return None;
    }
    let mut at = quantity.span.end;
    for step in 0..4 {
        let atom = atoms.get(at)?;
        let lower = atom.lower.as_ref();
        let comparative = match lower {
            "higher" | "more" | "larger" | "greater" | "bigger" => Some(Direction::Up),
            "lower" | "less" | "fewer" | "smaller" | "cheaper" => Some(Direction::Down),
            _ => None,
        };
        if let (Some(direction), 0) = (comparative, step) {
            // "5% more than", "3% lower": not "$5 million more" without comparison, nor "3% lower rates".
            let compares = atoms.lower(at + 1) == "than"
                || matches!(lower, "higher" | "lower")
                    && !doc.tag(atoms.get(at + 1).map_or(atom.token, |a| a.token)).starts_with("NN");
            let relative = matches!(quantity.class, Class::Percent | Class::Points | Class::Fraction);
            return (compares || (relative && atoms.get(at + 1).is_none_or(|a| a.kind == Kind::Symbol)))
                .then_some(Link { relation: Relation::Amount, anchor: at, direction: Some(direction) });
        }
        // "a 5% rate cut", "0.5% annual growth".
        let tag = doc.tag(atom.token);
        if atom.kind == Kind::Word
            && (tag.starts_with("NN") || (tag == "VB" && step == 0))
            && let Some(direction) = noun_direction(lower)
        {
            return Some(Link { relation: Relation::Amount, anchor: at, direction: Some(direction) });
        }
        let modifies = atoms.is_dash(at)
            || tag.starts_with("JJ")
            || (atom.kind == Kind::Word
                && tag.starts_with("NN")
                && atoms
                    .get(at + 1)
                    .is_some_and(|a| noun_direction(&a.lower).is_some() && doc.tag(a.token).starts_with("NN")))
            || matches!(lower, "annual" | "quarterly" | "monthly" | "yearly" | "pay" | "price" | "rate" | "year");
        if !modifies {
            return None;
        }
        at += 1;
    }
    None
}

fn words_before(atoms: &Atoms<'_>, doc: &Doc, quantity: &Candidate) -> Option<Link> {
    let mut at = quantity.start.checked_sub(1)?;
    // "rose above 5%", "fell below $70,000": a level.
    let limit =
        matches!(atoms.lower(quantity.start), "below" | "above" | "under") && quantity.start < quantity.span.start;
    // "by a further 3%", "by another 20", "by a combined".
    while at > 0
        && matches!(
            atoms.lower(at),
            "a" | "an" | "another" | "further" | "additional" | "combined" | "the" | "record" | "fresh" | "net"
        )
    {
        at -= 1;
    }
    match atoms.lower(at) {
        // "a round led by two investors": who did it.
        "by" if is_agent(atoms, doc, at) => None,
        "by" => {
            anchor(atoms, doc, at).map(|(anchor, direction)| Link { relation: Relation::Amount, anchor, direction })
        }
        "to" => {
            let (anchor, direction) = anchor(atoms, doc, at)?;
            // "increased aid to 3 million people": a recipient.
            let recipient = quantity.class == Class::Count
                && quantity.unit.as_deref() == Some("person")
                && !quantity.noun.is_empty()
                && (anchor + 1..at).any(|j| atoms.get(j).is_some_and(|a| doc.tag(a.token).starts_with("NN")));
            let served = quantity.class == Class::Count
                && !quantity.noun.is_empty()
                && (anchor + 1..at).any(|j| is_supply(atoms.lower(j)));
            (!recipient && !served).then_some(Link { relation: Relation::Level, anchor, direction })
        }
        "from" => {
            let (anchor, direction) = anchor(atoms, doc, at)?;
            Some(Link { relation: Relation::Base, anchor, direction })
        }
        "of" => {
            let noun = at.checked_sub(1)?;
            let direction = noun_direction(atoms.lower(noun))?;
            Some(Link { relation: Relation::Amount, anchor: noun, direction: Some(direction) })
        }
        _ => adjacent(atoms, doc, quantity, at, limit),
    }
}

/// What is cut or raised to those who get it: "cut power to 45,000 homes".
fn is_supply(word: &str) -> bool {
    matches!(
        word,
        "power"
            | "electricity"
            | "water"
            | "gas"
            | "heating"
            | "supplies"
            | "supply"
            | "access"
            | "aid"
            | "service"
            | "services"
    )
}

/// True where "by" at atom `at` follows a participle that says nothing of a change.
fn is_agent(atoms: &Atoms<'_>, doc: &Doc, at: usize) -> bool {
    let verb = at.checked_sub(1).and_then(|j| atoms.get(j));
    verb.is_some_and(|a| {
        let lemma = doc.lemma(a.token);
        doc.tag(a.token) == "VBN"
            && verb_direction(lemma).is_none()
            && !matches!(lemma, "go" | "move" | "change" | "swing" | "shift" | "revise")
    })
}

/// "rose 5%", "rose sharply, 5%", "up 3%", "cut 500 jobs".
fn adjacent(atoms: &Atoms<'_>, doc: &Doc, quantity: &Candidate, from: usize, limit: bool) -> Option<Link> {
    let mut at = from;
    for _ in 0..3 {
        let atom = atoms.get(at)?;
        let tag = doc.tag(atom.token);
        let adverb = tag.starts_with("RB") && direction_particle(&atom.lower).is_none();
        if !adverb {
            break;
        }
        at = at.checked_sub(1)?;
    }
    let atom = atoms.get(at)?;
    let relation = if limit { Relation::Level } else { Relation::Amount };
    if let Some(direction) = direction_particle(&atom.lower) {
        let verb = at.checked_sub(1).and_then(|j| atoms.get(j)).map_or("", |a| doc.lemma(a.token));
        let phrasal = matches!(
            verb,
            "make"
                | "take"
                | "set"
                | "give"
                | "put"
                | "sign"
                | "end"
                | "back"
                | "hold"
                | "use"
                | "open"
                | "blow"
                | "cough"
                | "pony"
                | "rack"
                | "ring"
                | "shoot"
                | "shut"
                | "break"
                | "track"
                | "gun"
                | "pay"
                | "line"
                | "call"
                | "pick"
                | "follow"
                | "free"
        );
        let plain = matches!(quantity.class, Class::Percent | Class::Points | Class::Money | Class::Fraction)
            || matches!(verb, "be" | "edge" | "tick" | "inch" | "creep" | "go" | "," | "close" | "finish");
        return (!phrasal && plain).then_some(Link { relation, anchor: at, direction: Some(direction) });
    }
    if !doc.tag(atom.token).starts_with('V') && verb_direction(&atom.lower).is_none() {
        return None;
    }
    let lemma = doc.lemma(atom.token);
    let direction = verb_direction(lemma).or_else(|| verb_direction(&atom.lower))?;
    let fits = limit
        || match (lemma, quantity.class) {
            (
                "raise" | "lift" | "boost" | "double" | "triple" | "warm" | "expand" | "widen",
                Class::Money | Class::Count,
            ) => false,
            ("raise", _) => false,
            ("lose" | "gain", Class::Money) => false,
            ("lose", Class::Count | Class::Measure) => false,
            (_, Class::Count) => {
                matches!(lemma, "cut" | "add" | "shed" | "slash" | "axe" | "trim" | "eliminate" | "gain")
            }
            ("add" | "gain", Class::Measure) => false,
            (_, Class::Age) => false,
            _ => true,
        };
    fits.then_some(Link { relation, anchor: at, direction: Some(direction) })
}

/// The word of change that governs the preposition at atom `from`: to the left, within the clause.
fn anchor(atoms: &Atoms<'_>, doc: &Doc, from: usize) -> Option<(usize, Option<Direction>)> {
    let preposition = atoms.get(from)?.token;
    let sentence = doc.sent(preposition).start;
    // "cut its forecast for growth by 0.3 points": not the growth
    let of_verb = verb_direction(doc.lemma(doc.head(preposition))).is_some();
    for back in 1..=26 {
        let at = from.checked_sub(back)?;
        let atom = atoms.get(at)?;
        if atom.token < sentence
            || matches!(atom.text, ";" | ":")
            || matches!(atom.lower.as_ref(), "while" | "whereas" | "but" | "although" | "that")
        {
            return None;
        }
        if atom.kind != Kind::Word {
            continue;
        }
        let tag = doc.tag(atom.token);
        let lower = atom.lower.as_ref();
        if back <= 6
            && let Some(direction) = direction_particle(lower)
            && !tag.starts_with("NN")
            && (tag != "JJR" || back == 1)
        {
            return Some((at, Some(direction)));
        }
        let lemma = doc.lemma(atom.token);
        if tag.starts_with('V') {
            if let Some(direction) = verb_direction(lemma) {
                return Some((at, Some(direction)));
            }
            if matches!(lemma, "go" | "move" | "change" | "swing" | "shift" | "take" | "bring" | "revise") {
                return Some((at, None));
            }
            if !matches!(lemma, "be" | "have" | "do") && !(tag == "VBN" || tag == "VBG") {
                return None;
            }
            continue;
        }
        if tag == "MD" {
            return None;
        }
        if tag.starts_with("NN")
            && back <= 3
            && !of_verb
            && let Some(direction) = noun_direction(lower)
        {
            return Some((at, Some(direction)));
        }
        // A verb that the tagger took for a noun or adjective.
        if back <= 8
            && (lower.ends_with("ed") || lower == "rose" || lower == "fell" || lower == "grew" || lower == "slid")
            && let Some(direction) = verb_direction(lower)
        {
            return Some((at, Some(direction)));
        }
    }
    None
}

fn direction_particle(word: &str) -> Option<Direction> {
    match word {
        "up" | "higher" => Some(Direction::Up),
        "down" | "lower" => Some(Direction::Down),
        _ => None,
    }
}

/// Direction of a verb by its lemma (or, where the lemma failed, by its past tense).
pub(crate) fn verb_direction(word: &str) -> Option<Direction> {
    let up = matches!(
        word,
        "rise"
            | "rose"
            | "risen"
            | "climb"
            | "climbed"
            | "increase"
            | "increased"
            | "grow"
            | "grew"
            | "grown"
            | "jump"
            | "jumped"
            | "surge"
            | "surged"
            | "soar"
            | "soared"
            | "gain"
            | "gained"
            | "advance"
            | "advanced"
            | "add"
            | "added"
            | "rally"
            | "rallied"
            | "expand"
            | "expanded"
            | "double"
            | "doubled"
            | "triple"
            | "tripled"
            | "quadruple"
            | "strengthen"
            | "strengthened"
            | "firm"
            | "rebound"
            | "rebounded"
            | "recover"
            | "recovered"
            | "swell"
            | "swelled"
            | "balloon"
            | "spike"
            | "spiked"
            | "skyrocket"
            | "rocket"
            | "warm"
            | "warmed"
            | "accelerate"
            | "accelerated"
            | "quicken"
            | "hike"
            | "hiked"
            | "boost"
            | "boosted"
            | "lift"
            | "lifted"
            | "raise"
            | "raised"
            | "widen"
            | "widened"
            | "appreciate"
            | "leap"
            | "leaped"
            | "leapt"
            | "bounce"
            | "upgrade"
            | "mushroom"
            | "shoot"
            | "deepen"
    );
    let down = matches!(
        word,
        "fall"
            | "fell"
            | "fallen"
            | "drop"
            | "dropped"
            | "decline"
            | "declined"
            | "decrease"
            | "decreased"
            | "slide"
            | "slid"
            | "slip"
            | "slipped"
            | "tumble"
            | "tumbled"
            | "plunge"
            | "plunged"
            | "sink"
            | "sank"
            | "shed"
            | "lose"
            | "lost"
            | "cut"
            | "reduce"
            | "reduced"
            | "lower"
            | "lowered"
            | "shrink"
            | "shrank"
            | "contract"
            | "contracted"
            | "ease"
            | "eased"
            | "dip"
            | "dipped"
            | "slash"
            | "slashed"
            | "trim"
            | "trimmed"
            | "plummet"
            | "plummeted"
            | "halve"
            | "halved"
            | "weaken"
            | "weakened"
            | "slow"
            | "slowed"
            | "narrow"
            | "narrowed"
            | "cool"
            | "cooled"
            | "moderate"
            | "retreat"
            | "retreated"
            | "slump"
            | "slumped"
            | "collapse"
            | "collapsed"
            | "crash"
            | "crashed"
            | "sag"
            | "ebb"
            | "recede"
            | "dwindle"
            | "dwindled"
            | "diminish"
            | "depreciate"
            | "devalue"
            | "axe"
            | "eliminate"
            | "downgrade"
            | "decelerate"
            | "deflate"
            | "shorten"
    );
    match (up, down) {
        (true, _) => Some(Direction::Up),
        (_, true) => Some(Direction::Down),
        _ => None,
    }
}

/// Direction of a noun.
fn noun_direction(word: &str) -> Option<Direction> {
    let up = matches!(
        word,
        "increase"
            | "increases"
            | "rise"
            | "rises"
            | "gain"
            | "gains"
            | "growth"
            | "jump"
            | "surge"
            | "hike"
            | "hikes"
            | "boost"
            | "expansion"
            | "climb"
            | "spike"
            | "uptick"
            | "rally"
            | "raise"
            | "advance"
            | "leap"
            | "upturn"
            | "rebound"
            | "improvement"
            | "appreciation"
    );
    let down = matches!(
        word,
        "drop"
            | "drops"
            | "fall"
            | "falls"
            | "decline"
            | "declines"
            | "decrease"
            | "decreases"
            | "cut"
            | "cuts"
            | "reduction"
            | "reductions"
            | "slump"
            | "plunge"
            | "slide"
            | "dip"
            | "contraction"
            | "downturn"
            | "tumble"
            | "slowdown"
            | "shrinkage"
            | "depreciation"
            | "devaluation"
            | "selloff"
    );
    match (up, down) {
        (true, _) => Some(Direction::Up),
        (_, true) => Some(Direction::Down),
        _ => None,
    }
}

fn change(
    atoms: &Atoms<'_>,
    doc: &Doc,
    found: &[Candidate],
    times: &[Match],
    links: &[Option<Link>],
    i: usize,
) -> Option<Change> {
    let quantity = &found[i];
    let Some(link) = links[i].filter(|l| l.relation != Relation::Base) else {
        return before_comparison(atoms, found, links, i);
    };
    let siblings = || (0..found.len()).filter(|&j| links[j].is_some_and(|l| l.anchor == link.anchor));
    let base = siblings().find(|&j| links[j].is_some_and(|l| l.relation == Relation::Base)).map(|j| &found[j]);
    let direction = match (link.direction, base) {
        (Some(direction), _) => direction,
        (None, Some(base)) if base.low != quantity.low => {
            if quantity.low > base.low {
                Direction::Up
            } else {
                Direction::Down
            }
        }
        _ => return None,
    };
    let by = if link.relation == Relation::Amount {
        Some(quantity)
    } else {
        siblings().find(|&j| links[j].is_some_and(|l| l.relation == Relation::Amount)).map(|j| &found[j])
    };
    // "increased threefold": a factor, no amount.
    let by = by.filter(|q| q.unit.as_deref() != Some("time"));
    let (amount, unit) = by.map_or((None, None), |q| {
        let (amount, unit) = amount(q);
        (Some(amount), Some(unit))
    });
    let baseline = base.map(|b| b.span.clone()).or_else(|| baseline(atoms, doc, found, times, quantity));
    Some(Change {
        direction,
        amount: amount.filter(|_| quantity.high.is_none() || link.relation == Relation::Level),
        unit,
        baseline,
    })
}

fn amount(quantity: &Candidate) -> (Decimal, &'static str) {
    match quantity.class {
        Class::Percent => (quantity.low, "percent"),
        Class::Fraction => (quantity.low * Decimal::ONE_HUNDRED, "percent"),
        Class::Points if quantity.unit.as_deref() != Some("point") => (quantity.low, "points"),
        _ => (quantity.low, "absolute"),
    }
}

/// "61 percent, down from 66 percent": the quantity before the particle is the level.
fn before_comparison(atoms: &Atoms<'_>, found: &[Candidate], links: &[Option<Link>], i: usize) -> Option<Change> {
    let (quantity, next) = (&found[i], found.get(i + 1)?);
    let link =
        links[i + 1].filter(|l| l.relation == Relation::Base && direction_particle(atoms.lower(l.anchor)).is_some())?;
    let gap = quantity.end.min(link.anchor)..link.anchor;
    let near =
        link.anchor >= quantity.end && gap.len() <= 8 && !gap.clone().any(|j| matches!(atoms.text(j), "." | ";"));
    let alike = quantity.class == next.class && quantity.currency == next.currency;
    (near && alike && links[i].is_none()).then(|| Change {
        direction: link.direction.unwrap_or(Direction::Up),
        amount: None,
        unit: None,
        baseline: Some(next.span.clone()),
    })
}

/// What follows "from", "than", "compared with", or "year-on-year", after the quantity.
fn baseline(
    atoms: &Atoms<'_>,
    doc: &Doc,
    found: &[Candidate],
    times: &[Match],
    quantity: &Candidate,
) -> Option<Range<usize>> {
    let mut at = quantity.span.end;
    let mut strangers = 0;
    for _ in 0..24 {
        let atom = atoms.get(at)?;
        for (words, len) in [
            ("year on year", 3),
            ("year - on - year", 5),
            ("year over year", 3),
            ("year - over - year", 5),
            ("month on month", 3),
            ("month - on - month", 5),
            ("quarter on quarter", 3),
            ("quarter - on - quarter", 5),
            ("month over month", 3),
            ("month - over - month", 5),
        ] {
            if atoms.matches(at, words) {
                return Some(at..at + len);
            }
        }
        let target = match atom.lower.as_ref() {
            "from" | "than" | "versus" | "vs" => Some(at + 1),
            "compared" if matches!(atoms.lower(at + 1), "with" | "to") => Some(at + 2),
            "on" | "over" if matches!(atoms.lower(at + 1), "last" | "the" | "a") => Some(at + 1),
            _ => None,
        };
        if let Some(target) = target
            && let Some(found) = comparison(atoms, doc, found, times, target, atom.lower.as_ref())
        {
            return Some(found);
        }
        let tag = doc.tag(atom.token);
        if matches!(atom.text, ";" | "." | ":")
            || matches!(atom.lower.as_ref(), "while" | "but" | "said" | "says" | "and")
            || tag == "MD"
            || matches!(tag, "VBD" | "VBZ" | "VBP")
        {
            return None;
        }
        // Over other quantities and times, and a few words.
        let over =
            found.iter().map(|q| &q.span).chain(times.iter().map(|t| &t.atoms)).find(|r| r.start == at && r.end > at);
        match over {
            Some(range) => at = range.end,
            None => {
                strangers += usize::from(atom.kind == Kind::Word && !matches!(tag, "IN" | "TO" | "DT"));
                if strangers > 5 {
                    return None;
                }
                at += 1;
            }
        }
    }
    None
}

fn comparison(
    atoms: &Atoms<'_>,
    doc: &Doc,
    found: &[Candidate],
    times: &[Match],
    at: usize,
    word: &str,
) -> Option<Range<usize>> {
    let the = usize::from(matches!(atoms.lower(at), "the" | "in"));
    if let Some(time) = times.iter().find(|t| t.atoms.start == at || t.atoms.start == at + the) {
        if atoms.lower(time.atoms.end) == "levels" {
            return Some(time.atoms.start..time.atoms.end + 1);
        }
        let compares = word == "than" || word == "compared" || is_point_of_comparison(&time.expr);
        return compares.then(|| time.atoms.clone());
    }
    if matches!(word, "on" | "over") {
        return None;
    }
    if let Some(quantity) = found.iter().find(|q| q.start == at || q.span.start == at || q.span.start == at + the) {
        return Some(quantity.span.clone());
    }
    // A noun phrase: up to the next verb, preposition or punctuation.
    let end = (at..at + 8)
        .find(|&j| {
            atoms.get(j).is_none_or(|a| {
                a.kind == Kind::Symbol && !atoms.is_dash(j)
                    || matches!(doc.tag(a.token), "IN" | "TO" | "CC" | "MD" | "VBD" | "VBZ" | "VBP" | "WDT" | "WP")
            })
        })
        .unwrap_or(at + 8)
        .min(atoms.len());
    let noun = (at..end).any(|j| atoms.get(j).is_some_and(|a| doc.tag(a.token).starts_with("NN")));
    (end > at && noun && word != "from"
        || (end > at
            && noun
            && matches!(atoms.lower(end - 1), "level" | "levels" | "high" | "low" | "peak" | "record")))
    .then_some(at..end)
}
