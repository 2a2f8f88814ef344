//! `about`, `nearly`, `more than`, `at least`, `less than`, `at most`, before or after the number.

use super::lexer::Atoms;

/// An approximator and where it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Approximator {
    /// The contract's word for it.
    pub(crate) kind: &'static str,
    /// Its first atom.
    pub(crate) start: usize,
}

/// Longest first; the words end right before the number.
const BEFORE: [(&str, &str); 75] = [
    ("no fewer than", "at_least"),
    ("no less than", "at_least"),
    ("not less than", "at_least"),
    ("a minimum of", "at_least"),
    ("minimum of", "at_least"),
    ("at the least", "at_least"),
    ("at least", "at_least"),
    ("no more than", "at_most"),
    ("not more than", "at_most"),
    ("as many as", "at_most"),
    ("as much as", "at_most"),
    ("as high as", "at_most"),
    ("a maximum of", "at_most"),
    ("maximum of", "at_most"),
    ("at most", "at_most"),
    ("up to", "at_most"),
    ("not exceeding", "at_most"),
    ("slightly more than", "more_than"),
    ("a little more than", "more_than"),
    ("just over", "more_than"),
    ("just above", "more_than"),
    ("well over", "more_than"),
    ("well above", "more_than"),
    ("in excess of", "more_than"),
    ("upwards of", "more_than"),
    ("upward of", "more_than"),
    ("greater than", "more_than"),
    ("higher than", "more_than"),
    ("larger than", "more_than"),
    ("older than", "more_than"),
    ("longer than", "more_than"),
    ("more than", "more_than"),
    ("exceeding", "more_than"),
    ("exceed", "more_than"),
    ("exceeds", "more_than"),
    ("exceeded", "more_than"),
    ("surpassing", "more_than"),
    ("surpassed", "more_than"),
    ("surpass", "more_than"),
    ("topping", "more_than"),
    ("topped", "more_than"),
    ("above", "more_than"),
    ("over", "more_than"),
    ("a little less than", "less_than"),
    ("slightly less than", "less_than"),
    ("just under", "less_than"),
    ("just below", "less_than"),
    ("just short of", "less_than"),
    ("well under", "less_than"),
    ("well below", "less_than"),
    ("fewer than", "less_than"),
    ("less than", "less_than"),
    ("lower than", "less_than"),
    ("smaller than", "less_than"),
    ("younger than", "less_than"),
    ("shorter than", "less_than"),
    ("below", "less_than"),
    ("under", "less_than"),
    ("close to", "nearly"),
    ("nearing", "nearly"),
    ("approaching", "nearly"),
    ("almost", "nearly"),
    ("nearly", "nearly"),
    ("an estimated", "about"),
    ("estimated", "about"),
    ("approximately", "about"),
    ("approx", "about"),
    ("roughly", "about"),
    ("around", "about"),
    ("about", "about"),
    ("near", "about"),
    ("some", "about"),
    ("circa", "about"),
    ("an approximate", "about"),
    ("~", "about"),
];

/// Words that may stand between approximator and number: "at least another 20", "more than a combined $5m".
const BETWEEN: [&str; 11] = [
    "an additional",
    "a further",
    "a total of",
    "a combined",
    "a whopping",
    "a staggering",
    "a record",
    "another",
    "a net",
    "an extra",
    "only",
];

/// The approximator that ends right before atom `start`, where a numeral begins. `duration` is true for times spans: "over five
/// years" is a period there, not a comparison, unless a word before it says so.
pub(crate) fn before(atoms: &Atoms<'_>, start: usize, duration: bool) -> Option<Approximator> {
    let between = BETWEEN.iter().find(|words| atoms.ends_with(start, words));
    let end = between.map_or(start, |words| start - words.split(' ').count());
    let (words, kind) = BEFORE.iter().find(|(words, _)| atoms.ends_with(end, words))?;
    let at = end - words.split(' ').count();
    if between.is_some()
        && matches!(*words, "some" | "about" | "over" | "above" | "below" | "under")
        && between == Some(&"only")
    {
        return None;
    }
    // "twice as many as", "picked up to": other constructions.
    if *words == "up to" && is_direction_verb(atoms.before(at, 1)) {
        return None;
    }
    if *words == "over" && duration {
        let says_so = matches!(
            atoms.before(at, 1),
            "for"
                | "lasted"
                | "last"
                | "lasting"
                | "after"
                | "took"
                | "taken"
                | "takes"
                | "spent"
                | "in"
                | "of"
                | "with"
                | "aged"
                | "served"
                | "than"
                | "and"
        );
        return says_so.then_some(Approximator { kind, start: at });
    }
    // "cast doubt over 200 votes", "a dispute over two islands": after a noun of quarrel the word is no comparison.
    if matches!(*words, "over" | "about" | "around") && is_topic_noun(atoms.before(at, 1)) {
        return None;
    }
    // "turned over 14 recordings", "handed over 20 prisoners": a particle
    if *words == "over" && is_over_verb(atoms.before(at, 1)) {
        return None;
    }
    // "and some 40" but not "in some 10 percent cases"? Both are about; "some" alone before a year is excluded by the caller.
    Some(Approximator { kind, start: at })
}

fn is_direction_verb(word: &str) -> bool {
    matches!(
        word,
        "edged"
            | "ticked"
            | "inched"
            | "crept"
            | "went"
            | "moved"
            | "climbed"
            | "pushed"
            | "picked"
            | "is"
            | "was"
            | "were"
            | "ramped"
            | "edge"
            | "tick"
            | "inch"
            | "creep"
            | "go"
            | "scaled"
    )
}

/// Verbs that "over" belongs to.
fn is_over_verb(word: &str) -> bool {
    matches!(
        word,
        "turn"
            | "turns"
            | "turned"
            | "turning"
            | "hand"
            | "hands"
            | "handed"
            | "handing"
            | "take"
            | "takes"
            | "took"
            | "taken"
            | "taking"
            | "sign"
            | "signed"
            | "signing"
            | "win"
            | "won"
            | "winning"
            | "carry"
            | "carried"
    )
}

fn is_topic_noun(word: &str) -> bool {
    matches!(
        word,
        "dispute"
            | "row"
            | "talks"
            | "talk"
            | "concerns"
            | "concern"
            | "fears"
            | "doubts"
            | "doubt"
            | "questions"
            | "information"
            | "debate"
            | "feud"
            | "control"
            | "story"
            | "revolve"
            | "revolves"
            | "sovereignty"
            | "outrage"
            | "lawsuit"
    )
}

/// An approximator after the quantity, whose first following atom is `end`: "or more", "or so", "-odd", "or less", "+".
pub(crate) fn after(atoms: &Atoms<'_>, end: usize) -> Option<&'static str> {
    if atoms.text(end) == "+" && atoms.glued(end) {
        return Some("at_least");
    }
    if atoms.is_dash(end) && atoms.lower(end + 1) == "odd" {
        return Some("about");
    }
    if atoms.lower(end) == "-" && atoms.lower(end + 1) == "plus" {
        return Some("at_least");
    }
    let found = [
        ("or more", "at_least"),
        ("or higher", "at_least"),
        ("or above", "at_least"),
        ("or older", "at_least"),
        ("and older", "at_least"),
        ("and over", "at_least"),
        ("or over", "at_least"),
        ("or so", "about"),
        ("or less", "at_most"),
        ("or fewer", "at_most"),
        ("or under", "at_most"),
        ("or lower", "at_most"),
        ("or younger", "at_most"),
    ];
    found.into_iter().find(|(words, _)| atoms.matches(end, words)).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, duration: bool, expected: &str) {
        let atoms = Atoms::of_text(text);
        let number = (0..atoms.len()).find(|&i| atoms.is_number(i)).expect("a number");
        let found = before(&atoms, number, duration).map(|a| a.kind).or_else(|| after(&atoms, number + 1));
        assert_eq!(found.unwrap_or("none"), expected, "{text}");
    }

    #[test]
    fn the_nearest_words_decide() {
        check("at least 12 people", false, "at_least");
        check("at least another 12 people", false, "at_least");
        check("no more than 12", false, "at_most");
        check("more than 12", false, "more_than");
        check("just over 12", false, "more_than");
        check("an estimated 300", false, "about");
        check("some 300", false, "about");
        check("could peak near 17%", false, "about");
        check("12 or more", false, "at_least");
        check("killed 12", false, "none");
    }

    #[test]
    fn over_a_period_is_no_comparison() {
        check("invest it over 5 years", true, "none");
        check("for over 5 years", true, "more_than");
        check("a dispute over 12 islands", false, "none");
        check("failed to turn over 14 calls", false, "none");
    }

    #[test]
    fn a_level_after_a_verb_of_direction_is_no_limit() {
        check("edged up to 5", false, "none");
        check("could cost up to 5", false, "at_most");
    }
}
