//! How texts are worded: length, repetition, abbreviations, addresses. No word lists of foreign origin.

use super::signs::sentences;

/// Words of a sentence beyond which it is hard to read.
const MANY_WORDS: usize = 30;
/// Characters of all texts from which what they do not mention means something.
const LONG_ENOUGH: usize = 400;
/// Characters of short and full description below which little is said.
const SHORT: usize = 120;
/// Abbreviations that need no explanation.
const KNOWN: [&str; 26] = [
    "KI", "IT", "EU", "PDF", "PC", "SMS", "GPS", "USB", "TV", "ID", "GIS", "CO", "DIN", "ISO", "NRW", "AI", "US", "UK",
    "FAQ", "WLAN", "PLZ", "LED", "II", "III", "VS", "AG",
];
/// Parts of addresses that belong to an office, not to a person.
const OFFICES: [&str; 34] = [
    "info",
    "post",
    "poststelle",
    "stelle",
    "amt",
    "ki",
    "ai",
    "it",
    "edv",
    "service",
    "team",
    "kontakt",
    "contact",
    "buero",
    "referat",
    "presse",
    "digital",
    "verwaltung",
    "zentrale",
    "support",
    "stadt",
    "gemeinde",
    "kreis",
    "land",
    "office",
    "mail",
    "rathaus",
    "projekt",
    "register",
    "datenschutz",
    "abteilung",
    "fachbereich",
    "hotline",
    "chatbot",
];

/// Letters and digits in small, one blank between words.
fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Whether a description says no more than the name.
pub fn repeats(name: &str, description: &str) -> bool {
    let (name, description) = (plain(name), plain(description));
    !description.is_empty()
        && (name == description || description.split(' ').all(|word| name.split(' ').any(|n| n == word)))
}

pub fn has_long_sentence(text: &str) -> bool {
    sentences(text).any(|sentence| sentence.split_whitespace().count() > MANY_WORDS)
}

/// The first abbreviation that is neither common nor explained in brackets.
pub fn unexplained(text: &str) -> Option<&str> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let is_short = |word: &&str| {
        (3..=6).contains(&word.chars().count()) && word.chars().all(char::is_uppercase) && !KNOWN.contains(word)
    };
    words.filter(is_short).find(|word| {
        let is_explained = |(place, _): (usize, &str)| {
            let before = text.get(..place).unwrap_or_default().trim_end();
            let after = text.get(place + word.len()..).unwrap_or_default().trim_start();
            before.ends_with('(') || after.starts_with('(')
        };
        !text.match_indices(*word).any(is_explained)
    })
}

pub fn is_shouting(name: &str) -> bool {
    name.chars().filter(|c| c.is_alphabetic()).count() > 8 && !name.chars().any(char::is_lowercase)
}

pub fn is_short(texts: &[Option<&str>]) -> bool {
    texts.iter().flatten().map(|text| text.chars().count()).sum::<usize>() < SHORT
}

pub fn is_long_enough(texts: &[&str]) -> bool {
    texts.iter().map(|text| text.len()).sum::<usize>() >= LONG_ENOUGH
}

/// Whether an address looks like that of a person: two parts of letters, none of them an office.
pub fn is_personal(address: &str) -> bool {
    let Some((local, _)) = address.split_once('@') else { return false };
    let local = local.to_lowercase();
    let mut parts = local.split(['.', '_']);
    let (Some(first), Some(last), None) = (parts.next(), parts.next(), parts.next()) else { return false };
    let is_name = |part: &str| part.len() >= 2 && part.chars().all(|c| c.is_alphabetic() || c == '-');
    let is_office = |part: &str| {
        part.split('-')
            .any(|part| OFFICES.iter().any(|office| part == *office || office.len() > 3 && part.contains(office)))
    };
    is_name(first) && is_name(last) && !is_office(first) && !is_office(last)
}

/// Whether a link leads where the public cannot follow: a machine of the house, or a private address.
pub fn is_private_link(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_lowercase();
    let host = host
        .strip_prefix('[')
        .and_then(|h| h.split_once(']'))
        .map_or_else(|| host.split(':').next().unwrap_or_default().to_owned(), |(address, _)| address.to_owned());
    if let Ok(address) = host.parse::<core::net::Ipv4Addr>() {
        return address.is_private() || address.is_loopback() || address.is_link_local() || address.is_unspecified();
    }
    if let Ok(address) = host.parse::<core::net::Ipv6Addr>() {
        return address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local();
    }
    let inner = [".local", ".lan", ".intern", ".internal", ".localdomain", ".corp", ".home", ".invalid"];
    !host.contains('.') || inner.iter().any(|end| host.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_people_are_told_from_offices() {
        let check = |address: &str, expected: bool| assert_eq!(is_personal(address), expected, "{address}");
        check("erika.mustermann@stadt.example", true);
        check("e_muster@stadt.example", false);
        check("karl-heinz.muster@stadt.example", true);
        check("poststelle@stadt.example", false);
        check("ki.team@stadt.example", false);
        check("referat.42@stadt.example", false);
        check("amt.soziales@stadt.example", false);
        check("digitalisierung.soziales@stadt.example", false);
    }

    #[test]
    fn links_into_the_house_are_private() {
        let check = |url: &str, expected: bool| assert_eq!(is_private_link(url), expected, "{url}");
        check("https://talheide.example/ki", false);
        check("http://10.1.2.3/x", true);
        check("http://[::1]:80/x", true);
        check("https://192.168.7.1:8443", true);
        check("https://intranet/ki", true);
        check("https://wiki.stadt.intern/ki?x", true);
        check("https://8.8.8.8/", false);
    }

    #[test]
    fn wording_is_seen() {
        assert!(repeats("Wohngeld-Assistent", "Wohngeld Assistent."));
        assert!(repeats("KI Poststelle", "Poststelle"));
        assert!(!repeats("Parksensoren", "Freie Parkplätze werden angezeigt."));
        assert_eq!(unexplained("Das AKDN liest."), Some("AKDN"));
        assert_eq!(unexplained("Das AKDN (Amt für Daten) liest. AKDN."), None);
        assert_eq!(unexplained("Die optische Zeichenerkennung (OCR) und KI"), None);
        assert!(has_long_sentence(&"wort ".repeat(31)));
        assert!(!has_long_sentence(&"wort wort. ".repeat(31)));
        assert!(is_shouting("PRISMA WED 2000") && !is_shouting("PRISMA-WED: Prognose") && !is_shouting("ANOVIA"));
    }
}
