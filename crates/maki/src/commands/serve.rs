//! `maki serve`: pages and API, the follower of the log, the workers of jobs, metrics on a listener of their own, and
//! an orderly stop.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use maki_app::writing::UploadHandler;
use maki_app::{App, Carrier, Mail, MailSettings, QualityHandler, Workers};
use maki_domain::instance::InstanceKind;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::Config;
use crate::place::{Need, Place};

/// How long running requests may take after the stop was asked for.
const GRACE: Duration = Duration::from_secs(20);
/// Folder beside the data in which a demonstration writes its mails.
const MAIL_FOLDER: &str = "mail";
/// How often old samples of the metrics are let go.
const UPKEEP: Duration = Duration::from_secs(5);

#[derive(Args)]
pub struct Options {
    /// Address of pages and API [default: 127.0.0.1:8080]
    #[arg(long, env = "MAKI_LISTEN")]
    listen: Option<SocketAddr>,
    /// Address of the metrics; none without it
    #[arg(long, env = "MAKI_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
}

#[expect(clippy::cognitive_complexity, reason = "each macro for the log or for waiting counts as branches")]
pub async fn run(options: Options, place: &Place, mut config: Config) -> Result<ExitCode> {
    let default = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
    let listen = options.listen.or(config.server.listen).unwrap_or(default);
    let metrics_listen = options.metrics_listen.or(config.server.metrics_listen);
    config.check_pages()?;
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen at {listen}"))?;
    config.find_base_url(listener.local_addr()?);
    // What nobody fetches is not recorded: samples would gather for ever.
    let metrics = metrics_listen.map(|_| PrometheusBuilder::new().install_recorder());
    let metrics = metrics.transpose().context("cannot record metrics")?;

    let app = place.open(config.instance, Need::Make).await?;
    if let Err(error) = place.expect_writable(app.store()).await {
        tracing::warn!(%error, "pages and API are served, nothing can be written");
    }
    let (stop, stopped) = watch::channel(false);
    let follower = tokio::spawn({
        let (app, stopped) = (app.clone(), stopped.clone());
        async move { app.follow(until(stopped)).await }
    });
    let judging = tokio::spawn({
        let (app, stopped) = (app.clone(), stopped.clone());
        let nightly = (!config.quality.nightly_off).then_some(config.quality.nightly_at);
        async move { app.keep_judged(nightly, stopped).await }
    });
    let jobs = tokio::spawn(workers(&app, &config.mail, &place.data())?.run(until(stopped.clone())));
    if let (Some(address), Some(metrics)) = (metrics_listen, metrics) {
        let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen at {address}"))?;
        tokio::spawn(serve_metrics(listener, metrics, stopped.clone()));
    }
    let limits = maki_web::limits::LimitSettings {
        per_minute: config.server.requests_per_minute.unwrap_or(maki_web::limits::DEFAULT_PER_MINUTE),
        trusted_proxies: config.server.trusted_proxies,
    };
    let providers =
        config.sign_in.provider.iter().map(crate::config::ProviderFile::load).collect::<Result<Vec<_>>>()?;
    let state = maki_web::WebState::new(app.clone(), limits).with_providers(providers)?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    let server = tokio::spawn(maki_web::serve(listener, state, until(stopped)));

    asked_to_stop().await?;
    tracing::info!("stopping");
    stop.send_replace(true);
    if tokio::time::timeout(GRACE, server).await.is_err() {
        tracing::warn!("requests still running after {GRACE:?} are ended");
    }
    jobs.await?;
    judging.await?;
    follower.await?;
    app.store().close().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Whoever does the jobs of this process. Without a mail server mails wait; a demonstration writes them to files.
fn workers(app: &App, settings: &MailSettings, data: &Path) -> Result<Workers> {
    let workers = app.workers().with(Arc::new(UploadHandler)).with(Arc::new(QualityHandler));
    let instance = app.instance();
    let carrier = match Carrier::to_server(settings, instance).context("settings of mails")? {
        Some(carrier) => carrier,
        None if instance.kind == InstanceKind::Demo => {
            let folder = data.join(MAIL_FOLDER);
            tracing::info!(folder = %folder.display(), "mails are written to files");
            Carrier::to_folder(settings, instance, &folder)?
        }
        None => {
            tracing::warn!("mail.url is not set: mails wait until it is");
            return Ok(workers);
        }
    };
    Ok(workers.with(Arc::new(Mail::new(carrier, Arc::new(maki_web::mail::MailTexts)))))
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop as well.
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn serve_metrics(listener: TcpListener, metrics: PrometheusHandle, stopped: watch::Receiver<bool>) {
    let upkeep = metrics.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            upkeep.run_upkeep();
        }
    });
    if let Err(error) = maki_web::serve_metrics(listener, move || metrics.render(), until(stopped)).await {
        tracing::error!(%error, "metrics are no longer served");
    }
}

/// Ctrl-C, or the signal a service manager sends.
async fn asked_to_stop() -> Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
