//! The steps of a long command, timed, and told as a table at the end.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

struct Step {
    name: String,
    time: Duration,
    outcome: Result<(), String>,
}

/// Runs named steps one after the other and remembers how each went.
pub struct Steps {
    begun: Instant,
    done: Vec<Step>,
}

impl Steps {
    pub fn new() -> Self {
        Self { begun: Instant::now(), done: Vec::new() }
    }

    /// Runs one step. A failed step is noted, and the caller decides by the returned value whether to go on.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        println!("\n=== {name}");
        let begun = Instant::now();
        let (outcome, value) = match crate::process::ensure_not_interrupted().and_then(|()| work()) {
            Ok(value) => (Ok(()), Some(value)),
            Err(error) => {
                eprintln!("{error:#}");
                (Err(format!("{error:#}")), None)
            }
        };
        self.done.push(Step { name: name.to_owned(), time: begun.elapsed(), outcome });
        value
    }

    /// Prints the table and the closing line; fails when a step failed or none ran.
    pub fn close(self) -> Result<()> {
        let width = self.done.iter().map(|step| step.name.chars().count()).max().unwrap_or(0);
        println!();
        for step in &self.done {
            let word = if step.outcome.is_ok() { "passed" } else { "FAILED" };
            println!("{:width$}  {:>9}  {word}", step.name, clock(step.time));
        }
        println!("{:width$}  {:>9}", "together", clock(self.begun.elapsed()));
        for step in &self.done {
            if let Err(reason) = &step.outcome {
                println!("\n{}: {reason}", step.name);
            }
        }
        let failed = self.done.iter().filter(|step| step.outcome.is_err()).count();
        println!("\nsteps: {} passed, {failed} failed", self.done.len() - failed);
        if failed > 0 || self.done.is_empty() {
            bail!("not everything passed");
        }
        Ok(())
    }
}

fn clock(time: Duration) -> String {
    let tenths = time.as_millis() / 100;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_reads_minutes_seconds_tenths() {
        for (millis, expected) in [(0, "0:00.0"), (1_990, "0:01.9"), (61_000, "1:01.0"), (3_600_000, "60:00.0")] {
            assert_eq!(clock(Duration::from_millis(millis)), expected);
        }
    }

    #[test]
    fn a_failed_step_fails_the_whole_and_nothing_run_is_a_failure() {
        let mut steps = Steps::new();
        assert_eq!(steps.step("good", || Ok(1)), Some(1));
        assert_eq!(steps.step("bad", || -> Result<()> { bail!("no") }), None);
        assert!(steps.close().is_err());
        assert!(Steps::new().close().is_err());
    }
}
