//! A stream of text that never repeats itself does not grow the process.
//!
//! The short run is part of `cargo test`; a day's worth of a newswire is
//! `COPYDESK_WORDS=20000000 cargo test --release -p copydesk-nlp --test memory -- --nocapture`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use copydesk_nlp::Pipeline;

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ z >> 31) % n as u64) as usize
    }

    fn pick(&mut self, list: &'static str) -> &'static str {
        let n = list.split(' ').count();
        list.split(' ').nth(self.below(n)).unwrap()
    }

    /// A word that no dictionary has.
    fn word(&mut self) -> String {
        (0..2 + self.below(3))
            .map(|_| self.pick("ba be bor ca cul da den el fi gar ha is jo ka lam mer na nor o pel ra ro sa sten ta tor u vel wa zi"))
            .collect()
    }

    fn name(&mut self) -> String {
        let word = self.word();
        word[..1].to_uppercase() + &word[1..]
    }

    /// A sentence of a newswire about things that do not exist.
    fn sentence(&mut self) -> String {
        let (a, b, c, thing) = (self.name(), self.name(), self.name(), self.word());
        let (n, m) = (self.below(100_000), self.below(1_000));
        let day = self.pick("Monday Tuesday Wednesday Thursday Friday Saturday Sunday");
        let noun = self.pick("minister spokesman analyst company court union bank rival witness agency");
        let verb = self.pick("rose fell grew shrank doubled slipped recovered");
        match self.below(5) {
            0 => format!(
                "{a} {b}, the {noun} of {c}, said on {day} that output of {thing} {verb} {m}.{} percent to ${n} million.",
                n % 10
            ),
            1 => format!("“We never promised {m} {thing}s,” the {noun} told {a} News, “and {b} {c} knows it.”"),
            2 => format!("{a}-{b} won {m}-{} in {c} before {n} people, its {noun} wrote at www.{thing}{n}.com.", m % 7),
            3 => format!("Shares in {a} {thing} Inc. {verb} after the {noun} in {b} had asked {c} for £{n},{m:03}."),
            _ => format!(
                "It was not clear on {day} whether the {thing} near {a} would reopen, {b}'s {noun} {c} admitted."
            ),
        }
    }
}

/// Resident memory of this process, MiB (`statm`, second field, in pages of 4 KiB).
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() / 256
}

#[test]
fn memory_does_not_grow_after_warm_up() {
    let words: usize = std::env::var("COPYDESK_WORDS").map_or(400_000, |n| n.parse().unwrap());
    let (pipeline, mut random) = (Pipeline::builtin().unwrap(), Random(1));
    let (mut seen, mut warm, mut most) = (0, None, 0);
    while seen < words {
        let article: Vec<String> = (0..20 + random.below(20)).map(|_| random.sentence()).collect();
        let article = article.join(" ");
        assert!(!pipeline.annotate(&article).is_empty());
        let before = seen;
        seen += article.split(' ').count();
        // Caches are full after some 100,000 words of new names and numbers.
        if seen > words.min(800_000) / 2 {
            warm.get_or_insert_with(resident);
        }
        if seen * 20 / words > before * 20 / words {
            most = most.max(resident());
            println!("{seen} words: {} MiB resident", resident());
        }
    }
    let warm = warm.unwrap();
    let caches = pipeline.cache_stats();
    println!("{caches:?}");
    println!("{warm} MiB after warm-up, {most} MiB at most afterwards");
    assert!(most <= warm + 4, "resident memory grew from {warm} to {most} MiB");
    // But for lemmas, of which these texts have few.
    assert!(caches[..3].iter().all(|cache| cache.misses > 2 * cache.entries as u64), "the caches were full");
}
