//! Second factor by time-based one-time codes (RFC 6238 over RFC 4226): six digits, SHA-1, thirty seconds, as every
//! authenticator understands it.
//!
//! Thirty lines over `hmac` and `sha1`, which are in the house already; a library for them would bring an older copy of
//! both.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Bytes of a secret: the length of the hash (RFC 4226, section 4).
pub(super) const SECRET_BYTES: usize = 20;
const STEP_SECONDS: i64 = 30;
/// Steps before and after now that count: clocks differ, and typing takes time.
const TOLERANCE: i64 = 1;
const DIGITS: u32 = 6;

/// The step of an instant in seconds since 1970.
pub(super) const fn step_at(seconds: i64) -> i64 {
    seconds.div_euclid(STEP_SECONDS)
}

/// The code of a step.
pub(super) fn code_at(secret: &[u8], step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last()? & 0x0f);
    let four: [u8; 4] = digest.get(offset..offset + 4)?.try_into().ok()?;
    let number = u32::from_be_bytes(four) & 0x7fff_ffff;
    Some(format!("{:06}", number % 10_u32.pow(DIGITS)))
}

/// The step whose code this is, near an instant; blanks in what was typed do not count. The newest one wins.
pub(super) fn step_of(secret: &[u8], typed: &str, seconds: i64) -> Option<i64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).take(16).collect();
    let now = step_at(seconds);
    (now - TOLERANCE..=now + TOLERANCE)
        .rev()
        .find(|step| code_at(secret, *step).is_some_and(|code| is_equal(code.as_bytes(), typed.as_bytes())))
}

/// Compares without telling by time where the difference is.
pub(super) fn is_equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Base32 without padding (RFC 4648), as authenticators take secrets.
pub(super) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut buffer, mut bits) = (0_u32, 0);
    let push = |text: &mut String, five: u32| {
        text.push(ALPHABET.get((five & 31) as usize).map_or('A', |c| char::from(*c)));
    };
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(&mut text, buffer >> bits);
        }
    }
    if bits > 0 {
        push(&mut text, buffer << (5 - bits));
    }
    text
}

/// Reads [`base32`]; blanks do not count.
pub(super) fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut buffer, mut bits) = (0_u32, 0);
    let mut bytes = Vec::new();
    for c in text.bytes().filter(|c| !c.is_ascii_whitespace() && *c != b'=') {
        let value = ALPHABET.iter().position(|a| *a == c.to_ascii_uppercase())?;
        buffer = ((buffer << 5) | u32::try_from(value).ok()?) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((buffer >> bits) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// What an authenticator reads from a picture.
pub(super) fn uri(issuer: &str, account: &str, secret: &[u8]) -> String {
    let escape = |text: &str| {
        text.bytes().fold(String::new(), |mut escaped, b| {
            match b {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(b)),
                b => escaped.push_str(&format!("%{b:02X}")),
            }
            escaped
        })
    };
    let (issuer, account) = (escape(issuer), escape(account));
    format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", base32(secret))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six of its eight digits.
        let secret = b"12345678901234567890";
        let check = |seconds: i64, expected: &str| {
            assert_eq!(code_at(secret, step_at(seconds)).unwrap(), expected, "{seconds}");
        };
        check(59, "287082");
        check(1_111_111_109, "081804");
        check(1_111_111_111, "050471");
        check(1_234_567_890, "005924");
        check(2_000_000_000, "279037");
        check(20_000_000_000, "353130");
    }

    #[test]
    fn a_code_counts_one_step_before_and_after() {
        let secret = b"12345678901234567890";
        let check = |typed: &str, seconds: i64, expected: Option<i64>| {
            assert_eq!(step_of(secret, typed, seconds), expected, "{typed} at {seconds}");
        };
        check("287082", 59, Some(1));
        check("287 082", 30, Some(1));
        check("287082", 0, Some(1));
        check("287082", 89, Some(1));
        check("287082", 90, None);
        check("28708", 59, None);
        check("", 59, None);
        check("zweiundvierzig", 59, None);
    }

    #[test]
    fn secrets_are_written_in_base32() {
        let check = |bytes: &[u8], text: &str| {
            assert_eq!(base32(bytes), text);
            assert_eq!(from_base32(&text.to_lowercase()).as_deref(), Some(bytes));
        };
        check(b"", "");
        check(b"f", "MY");
        check(b"fo", "MZXQ");
        check(b"foobar", "MZXW6YTBOI");
        assert_eq!(from_base32("M1"), None);
        assert_eq!(
            uri("MaKI Talheide", "a@b.example", b"foobar"),
            "otpauth://totp/MaKI%20Talheide:a%40b.example?secret=MZXW6YTBOI&issuer=MaKI%20Talheide"
        );
    }
}
