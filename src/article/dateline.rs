//! The dateline before a lead: `WASHINGTON, Oct 26 (Reuters) - `, `GROSSETO, Italy (AP) -- `, `Berlin (dpa) - `.

use super::dates::{PartialDate, date_at};

/// Longest dateline, bytes.
const MAX_BYTES: usize = 120;

/// A dateline at the start of a paragraph.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    /// Length with its dash and the white space after it, bytes.
    pub(super) length: usize,
    pub(super) place: Option<&'a str>,
    pub(super) date: Option<PartialDate>,
    pub(super) agency: Option<&'a str>,
}

/// Finds the dateline at the start of `paragraph`. It needs an agency in brackets or a place in capitals, and a dash.
pub(super) fn find(paragraph: &str) -> Option<Found<'_>> {
    let (head, length) = split_at_dash(paragraph)?;
    let (head, agency) = match head.trim_end().strip_suffix(')').and_then(|h| h.rsplit_once('(')) {
        Some((rest, agency)) => (rest.trim_end(), Some(agency.trim())),
        None => (head.trim_end(), None),
    };
    if agency.is_some_and(|a| a.is_empty() || a.len() > 40 || !a.starts_with(char::is_uppercase) && a != "dpa") {
        return None;
    }
    let words: Vec<&str> = head.split([' ', ',']).filter(|w| !w.is_empty()).collect();
    let dated = (0..words.len()).find_map(|i| date_at(&words[i..]).map(|(date, used)| (i, date, used)));
    let place = match dated {
        // Nothing may follow the date.
        Some((i, _, used)) if i + used != words.len() => return None,
        Some((0, ..)) => "",
        Some((i, ..)) => {
            let at = words[i].as_ptr() as usize - head.as_ptr() as usize;
            head[..at].trim_end_matches([' ', ','])
        }
        None => head,
    };
    let place_words: Vec<&str> = place.split([' ', ',', '/', '-']).filter(|w| !w.is_empty()).collect();
    let capitals = place_words.first().is_some_and(|w| is_capitals(w));
    let titles = place_words
        .iter()
        .all(|w| w.starts_with(char::is_uppercase) || matches!(*w, "of" | "de" | "la" | "al" | "the"));
    // "NATO - the alliance - said": what follows a dateline begins a sentence.
    let starts_sentence = paragraph[length..].starts_with(|c: char| !c.is_lowercase());
    let plausible = starts_sentence
        && titles
        && place_words.len() <= 7
        && (agency.is_some() || capitals && !place_words.is_empty());
    plausible.then_some(Found {
        length,
        place: (!place.is_empty()).then_some(place),
        date: dated.map(|(_, date, _)| date),
        agency,
    })
}

/// The text before the first dash with white space around it, and the length up to the text after it.
fn split_at_dash(paragraph: &str) -> Option<(&str, usize)> {
    let window = paragraph.char_indices().map(|(at, _)| at).take_while(|&at| at <= MAX_BYTES).last()?;
    const DASHES: [&str; 4] = [" - ", " -- ", " – ", " — "];
    let window = &paragraph[..window];
    let (at, dash) = DASHES.iter().filter_map(|d| window.find(d).map(|at| (at, *d))).min()?;
    let after = at + dash.len();
    let length = after + (paragraph[after..].len() - paragraph[after..].trim_start().len());
    Some((&paragraph[..at], length))
}

fn is_capitals(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2 && word.chars().all(|c| !c.is_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Place, month and day, agency, the text after it.
    type Expected<'a> = (Option<&'a str>, Option<(i8, i8)>, Option<&'a str>, &'a str);

    fn check(paragraph: &str, expected: Option<Expected<'_>>) {
        let found =
            find(paragraph).map(|f| (f.place, f.date.map(|d| (d.month, d.day)), f.agency, &paragraph[f.length..]));
        assert_eq!(found, expected, "{paragraph}");
    }

    #[test]
    fn agency_datelines_are_read() {
        check(
            "WASHINGTON, Oct 26 (Reuters) - The Fed",
            Some((Some("WASHINGTON"), Some((10, 26)), Some("Reuters"), "The Fed")),
        );
        check("GROSSETO, Italy (AP) -- The trial", Some((Some("GROSSETO, Italy"), None, Some("AP"), "The trial")));
        check("Berlin (dpa) - Der", Some((Some("Berlin"), None, Some("dpa"), "Der")));
        check(
            "HEMPSTEAD, N.Y., Sept. 26 (UPI) — Green",
            Some((Some("HEMPSTEAD, N.Y."), Some((9, 26)), Some("UPI"), "Green")),
        );
        check("NEW DELHI — India said", Some((Some("NEW DELHI"), None, None, "India said")));
    }

    #[test]
    fn prose_with_a_dash_has_no_dateline() {
        check("Washington is trying to craft an engagement — maintaining India", None);
        check("Rubio - who arrived on Friday - said", None);
        check("NATO - the alliance of 32 states - said", None);
        check("The company (Nasdaq: XYZ) - which makes chips - fell", None);
    }
}
