//! Units of measure by name and sign, in the singular: metric lengths, masses and powers by their symbol, all else by its name.

use super::lexer::Atoms;

/// A unit that belongs to the span of its quantity, unlike the nouns that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Singular name.
    pub(crate) name: &'static str,
    /// "mph" is a mile per hour.
    pub(crate) per: Option<&'static str>,
    /// What kind of quantity it makes.
    pub(crate) dimension: Dimension,
    /// First atom after it.
    pub(crate) end: usize,
}

/// What a unit measures, as far as rules care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dimension {
    /// Percent.
    Percent,
    /// Percentage points, basis points, points of an index.
    Points,
    /// Seconds to centuries.
    Duration,
    /// Everything else.
    Other,
}

/// The unit that starts at atom `i`, right after a numeral. A hyphen before it ("10-year") is the caller's to skip.
pub(crate) fn unit(atoms: &Atoms<'_>, i: usize) -> Option<Unit> {
    let made = |name, per, dimension, end| Some(Unit { name, per, dimension, end });
    let first = atoms.lower(i);
    let second = atoms.lower(i + 1);
    match (first, second) {
        ("%", _) | ("percent" | "pct", _) => {
            // "5% points" is a point.
            return if matches!(second, "point" | "points") {
                made("percentage point", None, Dimension::Points, i + 2)
            } else {
                made("percent", None, Dimension::Percent, i + 1)
            };
        }
        ("per", "cent") => {
            return if matches!(atoms.lower(i + 2), "point" | "points") {
                made("percentage point", None, Dimension::Points, i + 3)
            } else {
                made("percent", None, Dimension::Percent, i + 2)
            };
        }
        ("percentage" | "%age", "point" | "points") => return made("percentage point", None, Dimension::Points, i + 2),
        ("percentage", "-") if matches!(atoms.lower(i + 2), "point" | "points") => {
            return made("percentage point", None, Dimension::Points, i + 3);
        }
        ("basis", "point" | "points") => return made("basis point", None, Dimension::Points, i + 2),
        ("basis", "-") if matches!(atoms.lower(i + 2), "point" | "points") => {
            return made("basis point", None, Dimension::Points, i + 3);
        }
        ("bps" | "bp", _) => return made("basis point", None, Dimension::Points, i + 1),
        ("nautical", "mile" | "miles") => return made("nautical mile", None, Dimension::Other, i + 2),
        ("light", "year" | "years") => return made("light year", None, Dimension::Other, i + 2),
        ("light", "-") if matches!(atoms.lower(i + 2), "year" | "years") => {
            return made("light year", None, Dimension::Other, i + 3);
        }
        ("square" | "sq" | "cubic", _) => return squared(atoms, i),
        ("metric", "ton" | "tons" | "tonne" | "tonnes") => return made("tonne", None, Dimension::Other, i + 2),
        ("degree" | "degrees" | "°", _) => return degrees(atoms, i),
        ("c" | "f", _) if atoms.glued(i) && matches!(atoms.text(i), "C" | "F") => {
            let name = if first == "c" { "degree Celsius" } else { "degree Fahrenheit" };
            return made(name, None, Dimension::Other, i + 1);
        }
        ("km", "/") if matches!(atoms.lower(i + 2), "h" | "hr") => {
            return made("km", Some("hour"), Dimension::Other, i + 3);
        }
        ("m", "/") if atoms.lower(i + 2) == "s" => return made("m", Some("second"), Dimension::Other, i + 3),
        ("kilowatt" | "megawatt" | "gigawatt" | "terawatt", "-") if matches!(atoms.lower(i + 2), "hour" | "hours") => {
            return made(watt_hours(first), None, Dimension::Other, i + 3);
        }
        ("kilowatt" | "megawatt" | "gigawatt" | "terawatt", "hour" | "hours") => {
            return made(watt_hours(first), None, Dimension::Other, i + 2);
        }
        ("mph", _) => return made("mile", Some("hour"), Dimension::Other, i + 1),
        ("kph" | "kmh" | "kmph", _) => return made("km", Some("hour"), Dimension::Other, i + 1),
        ("bpd", _) => return made("barrel", Some("day"), Dimension::Other, i + 1),
        _ => {}
    }
    if let Some(name) = time_unit(first) {
        return made(name, None, Dimension::Duration, i + 1);
    }
    // Abbreviations are units only where they are written like one.
    let abbreviation = match atoms.text(i) {
        "km" | "kms" | "KM" | "Km" => Some("km"),
        "m" => Some("m"),
        "cm" => Some("cm"),
        "mm" => Some("mm"),
        "kg" | "kgs" => Some("kg"),
        "g" if atoms.glued(i) => Some("g"),
        "mg" => Some("mg"),
        "lb" | "lbs" => Some("pound"),
        "oz" => Some("ounce"),
        "ft" => Some("foot"),
        "ml" => Some("milliliter"),
        "t" if atoms.glued(i) => Some("tonne"),
        "kW" => Some("kW"),
        "MW" => Some("MW"),
        "GW" => Some("GW"),
        "TW" => Some("TW"),
        "kWh" => Some("kWh"),
        "MWh" => Some("MWh"),
        "GWh" => Some("GWh"),
        "TWh" => Some("TWh"),
        "KB" => Some("KB"),
        "MB" => Some("MB"),
        "GB" => Some("GB"),
        "TB" => Some("TB"),
        "Hz" | "kHz" | "MHz" | "GHz" => Some("Hz"),
        "hrs" | "hr" => return made("hour", None, Dimension::Duration, i + 1),
        "min" | "mins" => return made("minute", None, Dimension::Duration, i + 1),
        "sec" | "secs" => return made("second", None, Dimension::Duration, i + 1),
        "yrs" | "yr" => return made("year", None, Dimension::Duration, i + 1),
        _ => None,
    };
    if let Some(name) = abbreviation {
        let square =
            matches!(atoms.text(i + 1), "²" | "³") || (matches!(atoms.text(i + 1), "2" | "3") && atoms.glued(i + 1));
        if square {
            let cubic = matches!(atoms.text(i + 1), "³" | "3");
            return made(square_name(name, cubic)?, None, Dimension::Other, i + 2);
        }
        return made(name, None, Dimension::Other, i + 1);
    }
    let (name, dimension) = match first {
        "point" | "points" => ("point", Dimension::Points),
        "times" if !matches!(second, "square") => ("time", Dimension::Other),
        _ => (plain(first)?, Dimension::Other),
    };
    made(name, None, dimension, i + 1)
}

/// Seconds to centuries, in the singular.
pub(crate) fn time_unit(word: &str) -> Option<&'static str> {
    Some(match word {
        "second" | "seconds" => "second",
        "minute" | "minutes" => "minute",
        "hour" | "hours" => "hour",
        "day" | "days" => "day",
        "night" | "nights" => "night",
        "week" | "weeks" => "week",
        "fortnight" | "fortnights" => "fortnight",
        "month" | "months" => "month",
        "quarter" | "quarters" => "quarter",
        "year" | "years" => "year",
        "decade" | "decades" => "decade",
        "century" | "centuries" => "century",
        "millisecond" | "milliseconds" => "millisecond",
        _ => return None,
    })
}

fn plain(word: &str) -> Option<&'static str> {
    Some(match word {
        "kilometer" | "kilometers" | "kilometre" | "kilometres" => "km",
        "meter" | "meters" | "metre" | "metres" => "m",
        "centimeter" | "centimeters" | "centimetre" | "centimetres" => "cm",
        "millimeter" | "millimeters" | "millimetre" | "millimetres" => "mm",
        "mile" | "miles" => "mile",
        "foot" | "feet" => "foot",
        "inch" | "inches" => "inch",
        "yard" | "yards" => "yard",
        "knot" | "knots" => "knot",
        "acre" | "acres" => "acre",
        "hectare" | "hectares" => "hectare",
        "kilogram" | "kilograms" | "kilogramme" | "kilogrammes" | "kilo" | "kilos" => "kg",
        "gram" | "grams" | "gramme" | "grammes" => "g",
        "milligram" | "milligrams" => "mg",
        "ton" | "tons" => "ton",
        "tonne" | "tonnes" => "tonne",
        "kiloton" | "kilotons" => "kiloton",
        "megaton" | "megatons" => "megaton",
        "pound" | "pounds" => "pound",
        "ounce" | "ounces" => "ounce",
        "barrel" | "barrels" => "barrel",
        "bushel" | "bushels" => "bushel",
        "gallon" | "gallons" => "gallon",
        "liter" | "liters" | "litre" | "litres" => "liter",
        "milliliter" | "milliliters" | "millilitre" | "millilitres" => "milliliter",
        "watt" | "watts" => "W",
        "kilowatt" | "kilowatts" => "kW",
        "megawatt" | "megawatts" => "MW",
        "gigawatt" | "gigawatts" => "GW",
        "terawatt" | "terawatts" => "TW",
        "horsepower" => "horsepower",
        "volt" | "volts" => "volt",
        "calorie" | "calories" => "calorie",
        "megabyte" | "megabytes" => "MB",
        "gigabyte" | "gigabytes" => "GB",
        "terabyte" | "terabytes" => "TB",
        "hertz" => "Hz",
        "decibel" | "decibels" => "decibel",
        _ => return None,
    })
}

fn squared(atoms: &Atoms<'_>, i: usize) -> Option<Unit> {
    let cubic = atoms.lower(i) == "cubic";
    let stop = usize::from(atoms.text(i + 1) == "." || atoms.is_dash(i + 1));
    let base = match atoms.text(i + 1 + stop) {
        "km" => "km",
        "m" => "m",
        "ft" => "foot",
        _ => plain(atoms.lower(i + 1 + stop))?,
    };
    Some(Unit { name: square_name(base, cubic)?, per: None, dimension: Dimension::Other, end: i + 2 + stop })
}

fn square_name(base: &str, cubic: bool) -> Option<&'static str> {
    Some(match (base, cubic) {
        ("km", false) => "square km",
        ("m", false) => "square m",
        ("mile", false) => "square mile",
        ("foot", false) => "square foot",
        ("yard", false) => "square yard",
        ("inch", false) => "square inch",
        ("km", true) => "cubic km",
        ("m", true) => "cubic m",
        ("foot", true) => "cubic foot",
        ("yard", true) => "cubic yard",
        _ => return None,
    })
}

fn degrees(atoms: &Atoms<'_>, i: usize) -> Option<Unit> {
    let (name, end) = match atoms.lower(i + 1) {
        "celsius" | "centigrade" | "c" => ("degree Celsius", i + 2),
        "fahrenheit" | "f" => ("degree Fahrenheit", i + 2),
        _ => ("degree", i + 1),
    };
    Some(Unit { name, per: None, dimension: Dimension::Other, end })
}

fn watt_hours(watt: &str) -> &'static str {
    match watt {
        "kilowatt" => "kWh",
        "megawatt" => "MWh",
        "gigawatt" => "GWh",
        _ => "TWh",
    }
}

/// What may follow "per" and "a": `$15 an hour`, `$80 a barrel`, `3 deaths per 1,000`.
pub(crate) fn per_unit(atoms: &Atoms<'_>, i: usize) -> Option<(String, usize)> {
    let word = atoms.lower(i);
    if let Some(name) = time_unit(word).or_else(|| plain(word)) {
        return Some((name.to_owned(), i + 1));
    }
    let name = match word {
        "share" | "head" | "person" | "capita" | "household" | "gram" | "night" | "passenger" | "vehicle" | "unit"
        | "student" | "pupil" | "game" | "ticket" | "worker" | "employee" | "bottle" | "pack" | "piece" | "dose"
        | "dollar" | "euro" | "square" | "metric" | "seat" | "mmbtu" | "therm" | "megawatt-hour" | "child"
        | "family" | "customer" | "user" | "visit" | "trip" | "word" | "match" | "kilowatt-hour" | "annum" | "room"
        | "car" | "bag" | "item" | "woman" | "man" | "minute" | "voter" | "resident" | "patient" | "shift"
        | "session" | "episode" | "container" => word,
        _ => return None,
    };
    match name {
        "square" | "metric" => super::units::unit(atoms, i).map(|u| (u.name.to_owned(), u.end)),
        "annum" => Some(("year".to_owned(), i + 1)),
        "capita" => Some(("person".to_owned(), i + 1)),
        _ => Some((name.to_owned(), i + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str, per: Option<&str>) {
        let atoms = Atoms::of_text(text);
        let found = unit(&atoms, 1).map(|u| (u.name, u.per));
        assert_eq!(found, (!name.is_empty()).then_some((name, per)), "{text}");
    }

    #[test]
    fn units_have_one_name() {
        check("5%", "percent", None);
        check("5 per cent", "percent", None);
        check("5 percentage points", "percentage point", None);
        check("25 basis points", "basis point", None);
        check("112 km", "km", None);
        check("112 kilometres", "km", None);
        check("60 mph", "mile", Some("hour"));
        check("60 km/h", "km", Some("hour"));
        check("1,400 square miles", "square mile", None);
        check("30C", "degree Celsius", None);
        check("30 °C", "degree Celsius", None);
        check("5 metric tons", "tonne", None);
        check("5 people", "", None);
    }
}
