//! What a headline's slug says the version is for: `UPDATE 2-`, `CORRECTED-`, `REFILE-`, `RPT-`, `KILL`, `1st Ld-Writethru`.

use crate::event::Signal;

/// Signals at the start of `headline`, and the byte at which the headline proper starts.
pub(super) fn slug(headline: &str) -> (Vec<Signal>, usize) {
    let (mut signals, mut at) = (Vec::new(), 0);
    while let Some((signal, length)) = one(&headline[at..]) {
        if !signals.contains(&signal) {
            signals.push(signal);
        }
        at += length;
    }
    (signals, at)
}

fn one(text: &str) -> Option<(Signal, usize)> {
    const SLUGS: [(&str, Signal); 16] = [
        ("UPDATE", Signal::Update),
        ("WRAPUP", Signal::Update),
        ("CORRECTED", Signal::Correction),
        ("CORRECTION", Signal::Correction),
        ("Correction", Signal::Correction),
        ("REFILE", Signal::Refile),
        ("RPT", Signal::Repeat),
        ("REPEAT", Signal::Repeat),
        ("STORY WITHDRAWN", Signal::Withdrawal),
        ("WITHDRAWN", Signal::Withdrawal),
        ("KILL", Signal::Kill),
        ("BULLETIN KILL", Signal::Kill),
        ("ADVISORY", Signal::Advisory),
        ("1st Ld-Writethru", Signal::Update),
        ("2nd Ld-Writethru", Signal::Update),
        ("3rd Ld-Writethru", Signal::Update),
    ];
    let (name, signal) = SLUGS.into_iter().find(|(name, _)| text.starts_with(name))?;
    let rest = text[name.len()..].trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    match rest.strip_prefix(['-', ':', '–', '—']) {
        Some(rest) => Some((signal, text.len() - rest.trim_start().len())),
        // The words alone, or said three times as dpa does, are the whole line.
        None => {
            let alone = rest.split(name).all(|between| between.trim().is_empty());
            (alone && matches!(signal, Signal::Kill | Signal::Withdrawal)).then_some((signal, text.len()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_read_and_cut_off() {
        for (headline, signals, rest) in [
            ("UPDATE 2-Fed holds rates", vec![Signal::Update], "Fed holds rates"),
            ("CORRECTED-UPDATE 1-Oil falls", vec![Signal::Correction, Signal::Update], "Oil falls"),
            ("RPT-Oil falls", vec![Signal::Repeat], "Oil falls"),
            ("STORY WITHDRAWN - Mayor resigns", vec![Signal::Withdrawal], "Mayor resigns"),
            ("KILL KILL KILL", vec![Signal::Kill], ""),
            ("STORY WITHDRAWN", vec![Signal::Withdrawal], ""),
            ("KILLINGS rise in the north", vec![], "KILLINGS rise in the north"),
            ("UPDATED rules for banks", vec![], "UPDATED rules for banks"),
            ("Killing: two held", vec![], "Killing: two held"),
        ] {
            let (found, at) = slug(headline);
            assert_eq!((found, &headline[at..]), (signals, rest));
        }
    }
}
