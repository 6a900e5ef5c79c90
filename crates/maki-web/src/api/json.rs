//! JSON written straight into one buffer. Answers are assembled from finished parts (cards, records), so nothing is
//! parsed or built as a tree in between.

use serde::Serialize;

/// Writes one JSON text; commas are set where they are due.
#[derive(Debug, Default)]
pub struct Json {
    bytes: Vec<u8>,
}

impl Json {
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity) }
    }

    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// A comma, unless something has just been opened or named.
    fn separate(&mut self) {
        if !matches!(self.bytes.last(), None | Some(b'{' | b'[' | b':' | b',')) {
            self.bytes.push(b',');
        }
    }

    pub fn open(&mut self, bracket: u8) -> &mut Self {
        self.separate();
        self.bytes.push(bracket);
        self
    }

    pub fn close(&mut self, bracket: u8) -> &mut Self {
        self.bytes.push(bracket);
        self
    }

    /// The name of a member; names are our own or short words from outside, so they are escaped like any text.
    pub fn name(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self.bytes.push(b':');
        self
    }

    /// A finished JSON text.
    pub fn raw(&mut self, json: &[u8]) -> &mut Self {
        self.separate();
        self.bytes.extend_from_slice(json);
        self
    }

    pub fn text(&mut self, text: &str) -> &mut Self {
        self.separate();
        self.bytes.push(b'"');
        let mut clean = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.bytes.extend_from_slice(text.as_bytes().get(clean..at).unwrap_or_default());
            match byte {
                b'"' => self.bytes.extend_from_slice(b"\\\""),
                b'\\' => self.bytes.extend_from_slice(b"\\\\"),
                other => self.bytes.extend_from_slice(format!("\\u{other:04x}").as_bytes()),
            }
            clean = at + 1;
        }
        self.bytes.extend_from_slice(text.as_bytes().get(clean..).unwrap_or_default());
        self.bytes.push(b'"');
        self
    }

    pub fn number(&mut self, number: impl std::fmt::Display) -> &mut Self {
        self.separate();
        self.bytes.extend_from_slice(number.to_string().as_bytes());
        self
    }

    pub fn boolean(&mut self, yes: bool) -> &mut Self {
        self.raw(if yes { b"true" } else { b"false" })
    }

    /// A text, or null.
    pub fn optional(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.raw(b"null"),
        }
    }

    /// Anything that serde can write.
    ///
    /// # Errors
    /// When the value refuses to be written.
    pub fn value(&mut self, value: &impl Serialize) -> Result<&mut Self, serde_json::Error> {
        self.separate();
        serde_json::to_writer(&mut self.bytes, value)?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_survive_the_round_trip() {
        for text in ["", "Lotte", "a\"b\\c", "Zeile\nzwei\t\u{1}", "Grüße 🚀", "\"", "</script>"] {
            let mut json = Json::default();
            json.text(text);
            assert_eq!(serde_json::from_slice::<String>(&json.finish()).ok().as_deref(), Some(text));
        }
    }

    #[test]
    fn commas_stand_where_they_are_due() {
        let mut json = Json::default();
        json.open(b'{').name("a").number(1).name("b").open(b'[').text("x").raw(b"{}").boolean(true).close(b']');
        json.name("c").optional(None).name("d").open(b'[').close(b']').close(b'}');
        assert_eq!(
            String::from_utf8(json.finish()).ok().as_deref(),
            Some(r#"{"a":1,"b":["x",{},true],"c":null,"d":[]}"#)
        );
    }
}
