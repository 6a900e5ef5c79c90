//! Child processes that never outlive this one by accident.
//!
//! Ctrl-C and SIGTERM set a flag instead of ending the process, so that every guard (server, database, folder)
//! is dropped in order. A running child is polled and killed when the flag is set.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// How long a child may take to stop by itself before it is killed.
const GRACE: Duration = Duration::from_secs(15);

/// Turns Ctrl-C and SIGTERM into a flag that [`run`] and [`sleep`] obey.
pub fn watch_interrupts() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst)).context("cannot watch for Ctrl-C")
}

/// Fails after Ctrl-C.
pub fn ensure_not_interrupted() -> Result<()> {
    ensure!(!INTERRUPTED.load(Ordering::SeqCst), "interrupted");
    Ok(())
}

/// Waits, unless interrupted.
pub fn sleep(time: Duration) -> Result<()> {
    std::thread::sleep(time);
    ensure_not_interrupted()
}

/// Prints and runs a command with this process's own output, and fails when it fails.
pub fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", describe(command));
    let mut child =
        command.stdin(Stdio::null()).spawn().with_context(|| format!("cannot start {}", describe(command)))?;
    let status = wait(&mut child)?;
    ensure!(status.success(), "`{}` failed: {status}", describe(command));
    Ok(())
}

/// Runs a command quietly and returns what it printed; its error output becomes the error.
pub fn read(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {}", describe(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed: {}\n{}", describe(command), output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Asks a child to stop as a service manager would, and kills it when it does not.
pub fn stop(child: &mut Child, signal: &str) -> Result<ExitStatus> {
    if let Some(status) = child.try_wait()? {
        return Ok(status);
    }
    let asked = Command::new("kill").args([signal, &child.id().to_string()]).status();
    let since = Instant::now();
    while asked.as_ref().is_ok_and(ExitStatus::success) && since.elapsed() < GRACE {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    Ok(child.wait()?)
}

fn wait(child: &mut Child) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            ensure_not_interrupted()?;
            return Ok(status);
        }
        if INTERRUPTED.load(Ordering::SeqCst) {
            stop(child, "-TERM")?;
            bail!("interrupted");
        }
        std::thread::sleep(Duration::from_millis(40));
    }
}

fn describe(command: &Command) -> String {
    let mut line = std::path::Path::new(command.get_program())
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}
