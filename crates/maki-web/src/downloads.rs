//! Downloads: the whole register, or any search result, in the own format as CSV, XLSX or JSON Lines, and as Atom feed.
//!
//! Entries stream from the database through a writer on its own thread into the response; memory does not grow with
//! the register. Few exports run at the same time; further ones wait a little, and are then asked to come back.

use std::io::{Read as _, Seek as _, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maki_app::{AppError, MAX_PAGE_SIZE, Selection, Sort};
use maki_domain::{Entry, Language, RecordId, View};
use maki_formats::export::{Format, Options, Writer};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

use crate::context::Context;
use crate::error::WebError;
use crate::limits;
use crate::respond::tagged;
use crate::search_form::SearchForm;
use crate::state::WebState;

/// Exports at the same time.
static RUNNING: Semaphore = Semaphore::const_new(4);
/// How long an export waits for its turn. Exports of a register of usual size end within seconds.
const TURN: Duration = Duration::from_secs(20);
/// Bytes handed to the network at once.
const CHUNK: usize = 64 * 1024;
/// Entries, and chunks, that wait between the threads.
const WAITING: usize = 8;
/// A reader that takes no chunk for this long is let go.
const STALL: Duration = Duration::from_secs(60);
/// Entries of a feed.
const FEED: usize = 50;

pub fn routes(state: &WebState) -> Router<WebState> {
    Router::new()
        .route("/daten/{file}", get(file))
        .route("/feed.atom", get(feed))
        .layer(axum::middleware::from_fn_with_state(state.clone(), limits::limit))
}

/// `/daten/register.csv`, `/daten/systeme.xlsx?q=…`, `/daten/systeme.atom?…`
async fn file(State(state): State<WebState>, context: Context, Path(file): Path<String>) -> Result<Response, WebError> {
    let (name, extension) = file.rsplit_once('.').ok_or(WebError::NotFound)?;
    let form = SearchForm::parse(&context, &[])?;
    let format = match extension {
        "csv" => Format::Csv,
        "xlsx" => Format::Xlsx,
        "jsonl" => Format::JsonLines,
        "atom" if name == "systeme" => return atom(&state, &context, &form),
        _ => return Err(WebError::NotFound),
    };
    let selection = match name {
        "register" => Selection::All,
        "systeme" => Selection::Systems(found(&state, &form)?),
        _ => return Err(WebError::NotFound),
    };
    let permit = match tokio::time::timeout(TURN, RUNNING.acquire()).await {
        Ok(Ok(permit)) => permit,
        Ok(Err(_)) | Err(_) => return Err(WebError::Unavailable("enough exports are running".to_owned())),
    };
    let body = stream(&state, selection, format, context.language, permit);
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let day = crate::format::day(Language::De, state.app.now()).machine;
    let disposition = format!("attachment; filename=\"maki-{name}-{day}.{extension}\"");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).map_err(WebError::internal)?);
    let licence = format!("<{}>; rel=\"license\"", state.site.licence_url);
    if let Ok(licence) = HeaderValue::from_str(&licence) {
        headers.insert(header::LINK, licence);
    }
    Ok(response)
}

/// All systems of a search, in its order where that reaches all of them.
fn found(state: &WebState, form: &SearchForm) -> Result<Vec<RecordId>, WebError> {
    let mut ids = Vec::new();
    loop {
        // By name any depth can be reached.
        let request = maki_app::SearchRequest {
            offset: ids.len(),
            limit: MAX_PAGE_SIZE,
            sort: Sort::Name,
            facets: Vec::new(),
            ..form.request()
        };
        let page = state.app.search(View::Public, &request)?;
        let before = ids.len();
        ids.extend(page.hits.hits.iter().map(|hit| RecordId(hit.id)));
        if ids.len() >= page.hits.total || ids.len() == before {
            return Ok(ids);
        }
    }
}

fn stream(
    state: &WebState,
    selection: Selection,
    format: Format,
    language: Language,
    permit: tokio::sync::SemaphorePermit<'static>,
) -> Body {
    let (entries, received) = mpsc::channel::<Entry>(WAITING * 32);
    let (chunks, body) = mpsc::channel::<Bytes>(WAITING);
    let failed = Arc::new(AtomicBool::new(false));
    let broken = Arc::clone(&failed);
    let app = state.app.clone();
    let reading = tokio::spawn(async move { app.export(View::Public, selection, entries).await });
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let mut sink = Chunks { sender: chunks, waiting: Vec::with_capacity(CHUNK) };
        if let Err(error) = write(received, reading, format, language, &mut sink) {
            tracing::warn!(%error, "a download broke off");
            // The reader sees a broken transfer instead of a file that looks whole.
            broken.store(true, Ordering::Release);
        }
    });
    let stream = futures_util::stream::unfold(body, move |mut body| {
        let failed = Arc::clone(&failed);
        async move {
            match body.recv().await {
                Some(chunk) => Some((Ok(chunk), body)),
                None if failed.swap(false, Ordering::AcqRel) => Some((Err(std::io::Error::other("broken off")), body)),
                None => None,
            }
        }
    });
    // The layer that compresses asks once more after the end.
    Body::from_stream(futures_util::StreamExt::fuse(stream))
}

fn write(
    mut entries: mpsc::Receiver<Entry>,
    reading: JoinHandle<Result<(), AppError>>,
    format: Format,
    language: Language,
    sink: &mut Chunks,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let options = Options { language: Some(language), public_columns: true, ..Options::default() };
    if format == Format::Xlsx {
        // A workbook is complete only at its end, so it goes through a temporary file.
        let mut file = tempfile::tempfile()?;
        let mut writer = Writer::xlsx(file.try_clone()?, options)?;
        while let Some(entry) = entries.blocking_recv() {
            writer.entry(&entry)?;
        }
        complete(reading)?;
        writer.finish()?;
        file.seek(SeekFrom::Start(0))?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = file.read(&mut chunk)?;
            if read == 0 {
                break;
            }
            sink.write_all(chunk.get(..read).unwrap_or_default())?;
        }
    } else {
        let mut writer = match format {
            Format::Csv => Writer::csv(&mut *sink, options)?,
            _ => Writer::json_lines(&mut *sink),
        };
        while let Some(entry) = entries.blocking_recv() {
            writer.entry(&entry)?;
        }
        complete(reading)?;
        writer.finish()?;
    }
    sink.flush()?;
    Ok(())
}

/// The entries have ended: because all were read, or because reading failed.
fn complete(reading: JoinHandle<Result<(), AppError>>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Handle::current().block_on(reading)??;
    Ok(())
}

/// Collects what a writer writes into chunks of the response.
struct Chunks {
    sender: mpsc::Sender<Bytes>,
    waiting: Vec<u8>,
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.waiting, Vec::with_capacity(CHUNK));
        // A reader that takes nothing for long would keep a snapshot of the database open.
        let sent = tokio::time::timeout(STALL, self.sender.send(Bytes::from(chunk)));
        match Handle::current().block_on(sent) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(std::io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(std::io::ErrorKind::TimedOut.into()),
        }
    }
}

/// The newest entries.
async fn feed(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    atom(&state, &context, &SearchForm::parse(&context, &[])?)
}

/// A search as Atom feed (RFC 4287), newest first.
fn atom(state: &WebState, context: &Context, form: &SearchForm) -> Result<Response, WebError> {
    let request =
        maki_app::SearchRequest { limit: FEED, offset: 0, sort: Sort::Newest, facets: Vec::new(), ..form.request() };
    let page = state.app.search(View::Public, &request)?;
    let base = &state.site.base_url;
    let own = format!("{base}{}", form.at_page(1).href_at(Language::De, "/daten/systeme.atom"));
    let cards: Vec<maki_app::Card> = page.cards().collect();
    let updated = cards.iter().map(|c| c.changed_at.as_str()).max().unwrap_or("1970-01-01T00:00:00Z");
    let title = state.site.name.as_deref().unwrap_or(crate::texts::texts(context.language).get("product-name"));
    let mut xml =
        String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
    let mut element = |text: &str| xml.push_str(text);
    element(&format!("<title>{}</title>\n<id>{}</id>\n", escape(title), escape(&own)));
    element(&format!("<link rel=\"self\" href=\"{}\"/>\n<updated>{updated}</updated>\n", escape(&own)));
    element(&format!("<link rel=\"license\" href=\"{}\"/>\n", escape(&state.site.licence_url)));
    for card in &cards {
        let address = format!("{base}/systeme/{}", card.kennung);
        element(&format!("<entry>\n<title>{}</title>\n<id>{}</id>\n", escape(&card.name), escape(&address)));
        element(&format!("<link href=\"{}\"/>\n", escape(&address)));
        element(&format!("<published>{}</published>\n<updated>{}</updated>\n", card.published_at, card.changed_at));
        for organisation in &card.organisations {
            element(&format!("<author><name>{}</name></author>\n", escape(&organisation.name)));
        }
        if card.organisations.is_empty() {
            element(&format!("<author><name>{}</name></author>\n", escape(title)));
        }
        element(&format!(
            "<summary xml:lang=\"{}\">{}</summary>\n</entry>\n",
            escape(&card.language),
            escape(&card.short_description)
        ));
    }
    xml.push_str("</feed>\n");
    Ok(tagged(&state.site, context, "application/atom+xml; charset=utf-8", xml.into_bytes()))
}

/// Text as XML 1.0 can hold it: markup escaped, control characters left out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_texts_stays_text() {
        let check = |text: &str, expected: &str| assert_eq!(escape(text), expected);
        check("a<b>&\"c\"", "a&lt;b&gt;&amp;&quot;c&quot;");
        check("Glocke\u{7}\nweiter", "Glocke weiter");
        check("]]>", "]]&gt;");
    }
}
