//! What a reader of PDF files finds in those that pages give away.

use crate::register::Answer;

/// The text of a file that came as one to save, words that were broken made whole.
pub fn read(answer: &Answer, name: &str) -> String {
    assert_eq!(answer.header("content-type"), "application/pdf", "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let disposition = answer.header("content-disposition");
    assert!(disposition.starts_with(&format!("attachment; filename=\"{name}-2")), "{disposition}");
    assert!(disposition.ends_with(".pdf\""), "{disposition}");
    assert!(answer.bytes.len() < 100_000, "{} bytes", answer.bytes.len());
    let file = lopdf::Document::load_mem(&answer.bytes).unwrap();
    let pages: Vec<u32> = file.get_pages().keys().copied().collect();
    let text = file.extract_text(&pages).unwrap();
    let text: String = text.split('\u{ad}').map(str::trim_start).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
