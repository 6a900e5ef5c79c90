//! Servers under measurement: started, waited for, watched, and ended.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::load;
use crate::process::{self, Guard, Memory};

/// How long a server may take to answer first.
const PATIENCE: Duration = Duration::from_secs(60);
const RETRY: Duration = Duration::from_millis(2);
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// No limit of requests: the load generator is one client.
const SETTINGS: &str = "[server]\nrequests_per_minute = 0\n";

/// A running server on loopback.
pub struct Server {
    process: Guard,
    pub address: SocketAddr,
    /// Seconds from the start of the process to its first answer.
    pub first_answer: f64,
}

impl Server {
    /// `maki serve` on a register; it is there when it answers `path`.
    pub fn maki(register: &Path, path: &str) -> Result<Self> {
        let settings = register.join("bench.toml");
        std::fs::write(&settings, SETTINGS)?;
        // The port is free now; nothing else on a machine that measures takes it in between.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let mut command = Command::new(process::maki()?);
        command.args(["serve", "--listen", &address.to_string(), "--data"]).arg(register);
        command.arg("--config").arg(&settings).stdin(Stdio::null()).stdout(Stdio::null());
        let start = Instant::now();
        let process = Guard::spawn(&mut command)?;
        Self::wait(process, address, path, start)
    }

    /// The bare server.
    pub fn twin(folder: &Path, path: &str) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("twin").arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let start = Instant::now();
        let mut process = Guard::spawn(&mut command)?;
        let mut line = String::new();
        BufReader::new(process.stdout()?).read_line(&mut line)?;
        let address = line.trim().parse().context("the bare server gave no address")?;
        Self::wait(process, address, path, start)
    }

    fn wait(mut process: Guard, address: SocketAddr, path: &str, start: Instant) -> Result<Self> {
        loop {
            match load::get(address, path) {
                Ok(_) => return Ok(Self { process, address, first_answer: start.elapsed().as_secs_f64() }),
                Err(error) if start.elapsed() > PATIENCE => return Err(error.context("the server does not answer")),
                Err(_) => process.ensure_running()?,
            }
            std::thread::sleep(RETRY);
        }
    }

    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

/// Looks at the memory of a process until it is stopped.
pub struct Watch {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Memory>,
}

impl Watch {
    #[must_use]
    pub fn start(process: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut most = Memory::default();
            while !stopped.load(Ordering::Relaxed) {
                let now = process::memory(process);
                most.heap = most.heap.max(now.heap);
                most.mapped = most.mapped.max(now.mapped);
                std::thread::sleep(LOOK);
            }
            most
        });
        Self { stop, thread }
    }

    /// The most of each kind that was seen.
    pub fn stop(self) -> Result<Memory> {
        self.stop.store(true, Ordering::Relaxed);
        let Ok(memory) = self.thread.join() else { bail!("the watch of the memory broke") };
        Ok(memory)
    }
}
