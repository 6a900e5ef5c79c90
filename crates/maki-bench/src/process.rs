//! Child processes and what Linux says about them: CPU time, memory, and their end.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// Linux counts CPU time in hundredths of a second for every program.
const TICKS_PER_SECOND: f64 = 100.0;
/// How often a running child is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// How long a server may take to stop by itself.
const GRACE: Duration = Duration::from_secs(15);

/// A child that is ended when it goes out of scope.
pub struct Guard(Child);

impl Guard {
    pub fn spawn(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        Ok(Self(command.spawn().with_context(|| format!("cannot start {name}"))?))
    }

    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    pub fn stdout(&mut self) -> Result<std::process::ChildStdout> {
        self.0.stdout.take().context("the output of the child is not read")
    }

    /// Fails when the child has ended.
    pub fn ensure_running(&mut self) -> Result<()> {
        if let Some(status) = self.0.try_wait()? {
            bail!("the server ended: {status}");
        }
        Ok(())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).stderr(Stdio::null()).status();
        let deadline = Instant::now() + GRACE;
        while asked.is_ok() && Instant::now() < deadline {
            if !matches!(self.0.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(LOOK);
        }
        // Nothing more can be done about a process that cannot be killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Memory of a process in megabytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory {
    /// Heap and stacks: pages that no file backs.
    pub heap: f64,
    /// Pages of mapped files that are in memory now.
    pub mapped: f64,
    /// Most that was ever in memory, mapped pages included.
    pub peak: f64,
}

#[must_use]
pub fn memory(process: u32) -> Memory {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let megabytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        let kibibytes: f64 = line.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0.0);
        kibibytes * 1_024.0 / 1e6
    };
    Memory { heap: megabytes("RssAnon:"), mapped: megabytes("RssFile:"), peak: megabytes("VmHWM:") }
}

/// State and CPU seconds of a process, from `/proc/PID/stat`.
fn stat(process: &str) -> Option<(char, f64)> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold anything.
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |i: usize| fields.get(i)?.parse::<f64>().ok();
    let state = fields.first()?.chars().next()?;
    Some((state, (ticks(11)? + ticks(12)?) / TICKS_PER_SECOND))
}

/// CPU seconds that a process has used so far, in all its threads.
pub fn cpu_seconds(process: u32) -> Result<f64> {
    stat(&process.to_string()).map(|(_, cpu)| cpu).with_context(|| format!("process {process} has ended"))
}

/// CPU seconds that this process has used so far.
pub fn own_cpu_seconds() -> Result<f64> {
    stat("self").map(|(_, cpu)| cpu).context("cannot read /proc/self/stat")
}

/// What a command cost.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub wall: f64,
    pub cpu: f64,
    /// Most memory in megabytes, mapped files included.
    pub peak: f64,
    /// Most heap in megabytes.
    pub heap: f64,
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Result<Cost> {
    let start = Instant::now();
    let mut child = command.spawn().context("cannot start the command")?;
    let name = child.id();
    let mut cost = Cost { wall: 0.0, cpu: 0.0, peak: 0.0, heap: 0.0 };
    // A process that has ended keeps its times until it is waited for.
    while let Some((state, cpu)) = stat(&name.to_string()) {
        cost.cpu = cpu;
        if state == 'Z' {
            break;
        }
        let now = memory(name);
        cost.peak = cost.peak.max(now.peak);
        cost.heap = cost.heap.max(now.heap);
        std::thread::sleep(LOOK);
    }
    cost.wall = start.elapsed().as_secs_f64();
    let status = child.wait()?;
    ensure!(status.success(), "the command failed: {status}");
    Ok(cost)
}

/// Runs work in this process and says how long it took.
pub fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Cost)> {
    let (start, before) = (Instant::now(), own_cpu_seconds()?);
    let done = work()?;
    let wall = start.elapsed().as_secs_f64();
    Ok((done, Cost { wall, cpu: own_cpu_seconds()? - before, peak: 0.0, heap: 0.0 }))
}

/// Cargo's target folder: this program lies in `target/PROFILE/`.
pub fn target_folder() -> Result<PathBuf> {
    let mut path = std::env::current_exe()?;
    path.pop();
    path.pop();
    Ok(path)
}

/// The binary of the register, which lies beside this program.
pub fn maki() -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(format!("maki{}", std::env::consts::EXE_SUFFIX));
    ensure!(path.is_file(), "{} is missing; `cargo xtask bench` builds it", path.display());
    Ok(path)
}

/// Bytes of all files below a folder.
pub fn folder_bytes(folder: &std::path::Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { folder_bytes(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}
