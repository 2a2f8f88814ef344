//! Days that only need to be compared.

/// A day as one number that grows with time: year, month and day in mixed radix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub(super) u32);

impl Day {
    const MONTHS: u32 = 12;
    const DAYS: u32 = 31;

    fn new(year: u32, month: u32, day: u32) -> Self {
        Self((year * Self::MONTHS + month - 1) * Self::DAYS + day - 1)
    }

    /// The first day of `2022-04-11`, `2022-04` or `2022`; None where it is no such date.
    pub fn first(text: &str) -> Option<Self> {
        let (year, month, day) = parts(text)?;
        Some(Self::new(year, month.unwrap_or(1), day.unwrap_or(1)))
    }

    /// The last day of the same.
    pub fn last(text: &str) -> Option<Self> {
        let (year, month, day) = parts(text)?;
        Some(Self::new(year, month.unwrap_or(Self::MONTHS), day.unwrap_or(Self::DAYS)))
    }

    /// The year.
    pub fn year(self) -> u32 {
        self.0 / (Self::MONTHS * Self::DAYS)
    }

    /// About how many days lie between.
    pub fn distance(self, other: Self) -> u32 {
        self.0.abs_diff(other.0)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (month, day) = (self.0 / Self::DAYS % Self::MONTHS + 1, self.0 % Self::DAYS + 1);
        write!(f, "{:04}-{month:02}-{day:02}", self.year())
    }
}

fn parts(text: &str) -> Option<(u32, Option<u32>, Option<u32>)> {
    let mut fields = text.split('-').map(|f| f.parse::<u32>().ok().filter(|_| f.bytes().all(|b| b.is_ascii_digit())));
    let year = fields.next()??;
    let month = fields.next().map(|m| m.filter(|m| (1..=12).contains(m)));
    let day = fields.next().map(|d| d.filter(|d| (1..=31).contains(d)));
    let wrong = year == 0 || year > 9999 || month == Some(None) || day == Some(None) || fields.next().is_some();
    (!wrong).then_some((year, month.flatten(), day.flatten()))
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn coarse_dates_are_ranges() {
        assert!(Day::first("2022") < Day::first("2022-01-02"));
        assert!(Day::last("2022") > Day::last("2022-12-30"));
        assert!(Day::last("2022-02") < Day::first("2022-03"));
        assert_eq!(Day::first("2022-04-11").map(|d| d.to_string()), Some("2022-04-11".to_owned()));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "soon", "2022-13", "2022-00-01", "2022-01-32", "2022-01-01-01", "+2022", "0000"] {
            assert_eq!(Day::first(text), None, "{text}");
        }
    }
}
