//! `maki user`: the first operator, and what only somebody at the machine may do to accounts.
//!
//! A password never stands in an argument, where other processes and the shell's history could read it: it is asked
//! for, or comes from a file or from standard input.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use maki_app::{Account, App, AppError, PeopleFault, Permit};
use maki_domain::{Act, RecordId};
use uuid::Uuid;

use crate::config::Config;
use crate::place::{Need, Place};

/// Accounts read at a time.
const PAGE: i64 = 500;
/// Longest password that is read.
const MAX_PASSWORD_BYTES: u64 = 4_096;

#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make an operator; the second factor is set up at the first sign-in
    CreateOperator {
        #[arg(long)]
        email: String,
        /// Shown to colleagues; without it the address
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// List the accounts
    List,
    /// Set a new password; all sessions of the account end
    ResetPassword {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Take a lost second factor away
    RemoveSecondFactor(Who),
    /// End all sessions of an account
    EndSessions(Who),
    /// Shut an account out
    Block(Who),
    /// Let a blocked account in again
    Release(Who),
    /// Take a person out of the register; what they did stays under a number
    Erase(Who),
    /// Make one account for each role, in a register of kind "demo", and print what signs them in
    Demo {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
struct Who {
    #[arg(long)]
    email: String,
}

#[derive(Args)]
struct PasswordSource {
    /// File whose first line is the password; `-` is standard input. Without it the password is asked for
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

pub async fn run(options: Options, place: &Place, config: Config) -> Result<ExitCode> {
    let need = if matches!(options.command, Command::CreateOperator { .. }) { Need::Make } else { Need::Existing };
    let app = place.open(config.instance, need).await?;
    let permit = app.machine_permit(Act::Operate, RecordId::NIL);
    match options.command {
        Command::CreateOperator { email, name, password } => create(&app, &permit, &email, name, &password).await?,
        Command::List => list(&app, &permit).await?,
        Command::Demo { json } => demo(&app, &permit, json).await?,
        Command::ResetPassword { who, password } => {
            let account = find(&app, &permit, &who).await?;
            let password = read_password(&password)?;
            app.set_password_of(&permit, account.id, &password).await.map_err(said)?;
            println!("the password is set; all sessions of the account have ended");
        }
        Command::RemoveSecondFactor(who) => {
            let account = find(&app, &permit, &who).await?;
            app.remove_totp_of(&permit, account.id).await.map_err(said)?;
            println!("the account has no second factor any more");
        }
        Command::EndSessions(who) => {
            let account = find(&app, &permit, &who).await?;
            let ended = app.end_sessions_of(&permit, account.id).await.map_err(said)?;
            println!("{ended} sessions have ended");
        }
        Command::Block(who) => {
            let account = find(&app, &permit, &who).await?;
            app.block_account(&permit, account.id, true).await.map_err(said)?;
            println!("the account is blocked; its sessions have ended");
        }
        Command::Release(who) => {
            let account = find(&app, &permit, &who).await?;
            app.block_account(&permit, account.id, false).await.map_err(said)?;
            println!("the account may sign in");
        }
        Command::Erase(who) => {
            let account = find(&app, &permit, &who).await?;
            app.erase_account(&permit, account.id).await.map_err(said)?;
            println!("the person is erased; the log names {}", account.id);
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(app: &App, permit: &Permit, email: &str, name: Option<String>, source: &PasswordSource) -> Result<()> {
    let password = read_password(source)?;
    let name = name.unwrap_or_else(|| email.to_owned());
    app.make_operator(permit, email, &name, &password).await.map_err(said)?;
    println!("{email} is an operator; the second factor is set up at the first sign-in");
    Ok(())
}

async fn list(app: &App, permit: &Permit) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let accounts = app.accounts(permit, after, PAGE).await?;
        let Some(last) = accounts.last() else { return Ok(()) };
        after = last.id;
        for account in &accounts {
            let email = account.email.as_deref().unwrap_or("-");
            let factor = if account.totp_secret.is_some() { "second factor" } else { "" };
            println!("{}\t{}\t{email}\t{}\t{factor}", account.id, account.state.code(), account.name);
        }
    }
}

async fn demo(app: &App, permit: &Permit, json: bool) -> Result<()> {
    let made = app.make_demo_people(permit).await;
    let accounts = match made {
        Err(AppError::Forbidden) => bail!("instance.kind is not \"demo\": accounts of the demo are for that alone"),
        made => made?,
    };
    if json {
        println!("{}", serde_json::to_string_pretty(&accounts)?);
        return Ok(());
    }
    for account in accounts {
        let at = if account.organisation.is_empty() { "-" } else { &account.organisation };
        println!("{}\n    password {}\n    {} at {at}", account.email, account.password, account.roles);
        if let Some(uri) = &account.totp_uri {
            println!("    second factor {uri}");
        }
    }
    Ok(())
}

async fn find(app: &App, permit: &Permit, who: &Who) -> Result<Account> {
    match app.account_by_email(permit, &who.email).await {
        Err(AppError::NotFound) => bail!("there is no account of {}", who.email),
        found => found.map_err(said),
    }
}

/// The password, from where the options say.
fn read_password(source: &PasswordSource) -> Result<String> {
    match &source.password_file {
        Some(file) if file == Path::new("-") => first_line(std::io::stdin().lock()),
        Some(file) => {
            let file_words = || format!("cannot read {}", file.display());
            first_line(std::fs::File::open(file).with_context(file_words)?).with_context(file_words)
        }
        None if std::io::stdin().is_terminal() => {
            let password = rpassword::prompt_password("Password: ")?;
            if password != rpassword::prompt_password("Once more: ")? {
                bail!("the two are not the same");
            }
            Ok(password)
        }
        None => bail!("there is no terminal to ask at; use --password-file"),
    }
}

fn first_line(source: impl Read) -> Result<String> {
    let mut text = String::new();
    source.take(MAX_PASSWORD_BYTES).read_to_string(&mut text).context("the password is no text")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// A fault in words that say what to do.
fn said(error: AppError) -> anyhow::Error {
    let words = match &error {
        AppError::People(PeopleFault::EmailTaken) => "there is an account with this address; see `maki user list`",
        AppError::People(PeopleFault::AccountState) => "the account is blocked; see `maki user release`",
        _ => return error.into(),
    };
    anyhow::Error::msg(words)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_password_is_the_first_line() {
        let check = |text: &str, expected: &str| assert_eq!(first_line(text.as_bytes()).unwrap(), expected, "{text:?}");
        check("geheim\n", "geheim");
        check("geheim\r\nnoch etwas\n", "geheim");
        check(" mit Rand ", " mit Rand ");
        check("", "");
        assert!(first_line(&[0xff, 0xfe][..]).is_err());
    }
}
