//! Seeded documents that read like entries of a register: German words with a Zipf distribution, mostly compounds.
//!
//! For tests and benchmarks only (feature `testing`). Entry `i` depends on the seed and `i` alone, so a small set is
//! the beginning of a large one. An entry is about 3.3 KB as a line of JSON.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::codes::codes;
use crate::document::{DeploymentFacts, SystemDocument, SystemFacts, Text, Texts};
use crate::facet::Facet;

/// A small generator of random numbers (SplitMix64), so that documents never change with a library.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    #[expect(clippy::cast_possible_truncation, reason = "below a usize")]
    pub const fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }

    /// A number in [0, 1).
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of a list.
    pub fn pick<'a>(&mut self, list: &'a [String]) -> &'a str {
        let place = self.below(list.len());
        list.get(place).map_or("", String::as_str)
    }
}

const FILLERS: &str = "die der und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an \
    werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum haben nur oder aber";
const PLAIN: &str = "digital kommunal sicher offen zentral gemeinsam sprachlich bürgernah schnell gesetzlich prüft \
    erkennt bewertet vergleicht erstellt verarbeitet speichert plant empfiehlt informiert entlastet ersetzt testet \
    betreibt entwickelt nutzt liefert sortiert jährlich mündlich schriftlich öffentlich privat lernend vollständig";
const FIRST: &str = "Verwaltungs Antrags Haushalts Bürger Daten Register Melde Sozial Gesundheits Steuer Finanz Bau \
    Verkehrs Umwelt Klima Wald Wasser Abfall Energie Schul Hochschul Bildungs Kultur Denkmal Archiv Justiz Gerichts \
    Polizei Rettungs Einwohner Aufenthalts Pass Gewerbe Wirtschafts Förder Zuwendungs Vergabe Vertrags Personal Post \
    Fach Netz Portal Nutzer Sicherheits Risiko Qualitäts Prozess Leistungs Kosten Gebühren Rechnungs Zahlungs Grenz \
    Asyl Integrations Familien Kinder Jugend Wohngeld Pflege Renten Kranken Tier Boden Luft Wetter Arbeits Wahl Rats \
    Sprach Text Bild Audio Video Such Prognose Modell Test Pilot Betriebs Wartungs Projekt Planungs Krisen Sport";
const LAST: &str = "verfahren bescheid prüfung antrag verwaltung amt behörde stelle register system plattform portal \
    dienst leistung prozess ablauf bearbeitung erfassung erkennung auswertung analyse bewertung berechnung planung \
    steuerung überwachung kontrolle aufsicht genehmigung mitteilung meldung auskunft beratung unterstützung vorhaben \
    projekt programm konzept modell datensatz bestand archiv akte dokument formular vorlage text bericht protokoll \
    verzeichnis schnittstelle einführung erprobung schulung netzwerk ausschuss referat abteilung zentrum kennzahl \
    statistik vorhersage zuordnung suche assistent werkzeug anwendung lösung baustein standard richtlinie gesetz \
    pflicht frist termin rechnung zahlung gebühr förderung vertrag kooperation sicherheit risiko qualität nutzen";
const TOWNS: [&str; 2] = [
    "Ober Unter Nieder Groß Klein Alt Neu Wald See Berg Tal Stein Linden Eichen Buchen Birken Mühl Markt Rosen Wolfs",
    "heim hausen dorf stadt feld bach berg burg furt brück hofen ingen leben rode see tal au kirchen münster",
];

/// Makes entries.
#[derive(Debug)]
pub struct Generator {
    seed: u64,
    words: Vec<String>,
    cumulative: Vec<f64>,
    authorities: Vec<(String, String)>,
}

fn list(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

impl Generator {
    /// A generator with a vocabulary of some 40,000 words and 3,000 organisations.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let (first, last) = (list(FIRST), list(LAST));
        let mut words = list(FILLERS);
        let mut frequent: Vec<String> =
            list(PLAIN).into_iter().chain(last.iter().map(|word| capitalised(word))).collect();
        shuffle(&mut frequent, &mut random);
        let mut rare: Vec<String> = first.iter().flat_map(|a| last.iter().map(move |b| format!("{a}{b}"))).collect();
        for _ in 0..30_000 {
            let word = [random.pick(&first), &random.pick(&first).to_lowercase(), random.pick(&last)].concat();
            rare.push(word);
        }
        shuffle(&mut rare, &mut random);
        words.extend(frequent);
        words.extend(rare);
        let mut sum = 0.0;
        let mut rank = 1.0;
        let mut cumulative = Vec::with_capacity(words.len());
        for _ in &words {
            sum += 1.0 / (rank + 2.7);
            rank += 1.0;
            cumulative.push(sum);
        }
        let [before, after] = TOWNS.map(list);
        let kinds = list("Stadt Gemeinde Landkreis Stadtverwaltung Zweckverband Landesamt Bundesamt");
        let mut town = |i: usize| {
            let name = format!("{} {}{} {i}", random.pick(&kinds), random.pick(&before), random.pick(&after));
            (format!("org-{i}"), name)
        };
        let authorities = (0..3_000).map(&mut town).collect();
        Self { seed, words, cumulative, authorities }
    }

    /// Words by falling frequency.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    fn word(&self, random: &mut Random) -> &str {
        let total = self.cumulative.last().copied().unwrap_or(1.0);
        let wanted = random.unit() * total;
        let place = self.cumulative.partition_point(|sum| *sum < wanted);
        self.words.get(place).map_or("", String::as_str)
    }

    fn sentences(&self, random: &mut Random, words: usize) -> String {
        let mut text = String::with_capacity(words * 12);
        let mut left = 0;
        for _ in 0..words {
            let word = self.word(random);
            if left == 0 {
                left = 8 + random.below(12);
                text.push_str(if text.is_empty() { "" } else { ". " });
                text.push_str(&capitalised(word));
            } else {
                text.push(' ');
                text.push_str(word);
            }
            left -= 1;
        }
        text.push('.');
        text
    }

    /// Entry `i` as a document for the index.
    #[must_use]
    pub fn document(&self, i: usize) -> SystemDocument {
        let mut random = Random::new(self.seed ^ (i as u64).wrapping_mul(0xd134_2543_de82_ef95));
        let name = [self.word(&mut random), self.word(&mut random), self.word(&mut random)].map(capitalised).join(" ");
        let short_words = 12 + random.below(28);
        let short = self.sentences(&mut random, short_words);
        let long_words = 100 + random.below(200);
        let long = self.sentences(&mut random, long_words);
        let facts = SystemFacts {
            fields: some_codes(Facet::Field, 3, &mut random),
            techniques: some_codes(Facet::Technique, 3, &mut random),
            reuse: some_codes(Facet::Reuse, 2, &mut random),
            cooperation: some_codes(Facet::Cooperation, 3, &mut random),
            risk_class: one_code(Facet::RiskClass, &mut random),
            kind: one_code(Facet::Kind, &mut random),
        };
        // Few systems are used by several bodies.
        let deployments = if random.below(20) == 0 { random.below(6) } else { 1 };
        let deployments = (0..deployments).map(|_| self.deployment(&mut random)).collect();
        let kennung = format!("MAKI-2026-{i:06}");
        let card = json!({"kennung": kennung, "name": name, "short": short}).to_string().into_bytes();
        SystemDocument {
            id: Uuid::from_u64_pair(random.next(), i as u64),
            kennung,
            name,
            published_at: 1_700_000_000_000_000 + i64::try_from(random.below(90_000_000)).unwrap_or(0) * 1_000_000,
            texts: Texts { high: vec![Text::de(short)], medium: vec![Text::de(long)], low: Vec::new() },
            facts,
            card,
            deployments,
            ..SystemDocument::default()
        }
    }

    fn deployment(&self, random: &mut Random) -> DeploymentFacts {
        // Few organisations have many entries.
        let place = random.below(3_000).min(random.below(3_000));
        let (id, name) = self.authorities.get(place).cloned().unwrap_or_default();
        DeploymentFacts {
            id: Uuid::from_u64_pair(random.next(), random.next()),
            authority: id,
            authority_name: name,
            level: one_code(Facet::Level, random),
            land: one_code(Facet::Land, random),
            lifecycle: one_code(Facet::Lifecycle, random),
            risk_class: None,
            personal_data: one_code(Facet::PersonalData, random),
            affected: some_codes(Facet::Affected, 2, random),
            decision_effect: one_code(Facet::DecisionEffect, random),
            automation_level: one_code(Facet::AutomationLevel, random),
            start_year: u16::try_from(2018 + random.below(9)).ok(),
            texts: Texts::default(),
        }
    }
}

fn shuffle(words: &mut [String], random: &mut Random) {
    for i in (1..words.len()).rev() {
        words.swap(i, random.below(i + 1));
    }
}

fn one_code(facet: Facet, random: &mut Random) -> Option<String> {
    let names = codes(facet).names();
    // Lower places are more frequent, as in real registers.
    let place = random.below(names.len()).min(random.below(names.len() + 1));
    names.get(place).cloned()
}

fn some_codes(facet: Facet, most: usize, random: &mut Random) -> Vec<String> {
    let count = random.below(most + 1);
    (0..count).filter_map(|_| one_code(facet, random)).collect()
}

/// A document as a line of JSON, for sizes and bare twins.
#[must_use]
pub fn json_line(document: &SystemDocument) -> String {
    let texts = |texts: &[Text]| texts.iter().map(|text| text.text.as_str()).collect::<Vec<_>>().join(" ");
    let deployments: Vec<Value> = document
        .deployments
        .iter()
        .map(|deployment| {
            json!({"id": deployment.id, "authority": deployment.authority_name, "level": deployment.level,
            "land": deployment.land, "lifecycle": deployment.lifecycle, "start_year": deployment.start_year,
            "personal_data": deployment.personal_data, "affected": deployment.affected})
        })
        .collect();
    json!({"id": document.id, "kennung": document.kennung, "name": document.name,
        "short": texts(&document.texts.high), "long": texts(&document.texts.medium),
        "fields": document.facts.fields, "techniques": document.facts.techniques, "reuse": document.facts.reuse,
        "cooperation": document.facts.cooperation, "risk_class": document.facts.risk_class,
        "kind": document.facts.kind, "deployments": deployments})
    .to_string()
}
