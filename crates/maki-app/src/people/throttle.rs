//! Slowing down those who guess. Failures are counted per account and per address; each makes the next try wait
//! longer, at most a quarter of an hour after the last one.
//!
//! Nobody can lock somebody else out for good: a try that is refused counts nothing; from an address at which a person
//! has signed in before, only failures from there count; and a link by mail always gets in. Keys are hashes under a
//! key of the register, so the table names neither people nor addresses.

use std::net::IpAddr;

use maki_domain::Instant;
use maki_store::{Attempts, WriteTx};

use super::{DAY, MINUTE};
use crate::{App, AppError};

const MICROS: i64 = 1_000_000;
/// Longest wait, in seconds.
pub(super) const LONGEST: i64 = 15 * MINUTE;
/// Failures that cost nothing: typing errors of one person; of all the people behind one address.
const FREE_ACCOUNT: i64 = 5;
const FREE_ADDRESS: i64 = 30;
/// After so long without a failure the count begins anew.
pub(super) const MEMORY: i64 = DAY;

const KEY: &str = "throttle";

/// Under which keys a try to sign in counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys {
    account: [u8; 32],
    address: [u8; 32],
    /// This account from this address.
    pair: [u8; 32],
}

/// A try that counts as failed until it is taken back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Try {
    keys: Keys,
    /// The person has signed in from this address before.
    is_known: bool,
}

/// Seconds to wait after so many failures.
fn delay(failures: i64, free: i64) -> i64 {
    match failures - free {
        over if over < 0 => 0,
        over => 1_i64.checked_shl(u32::try_from(over).unwrap_or(u32::MAX)).unwrap_or(LONGEST).clamp(1, LONGEST),
    }
}

/// Seconds until the next try.
fn wait(now: Instant, attempts: Option<Attempts>, free: i64) -> i64 {
    let Some(Attempts { failures, last_at }) = attempts else { return 0 };
    let ends = last_at.0.saturating_add(delay(failures, free) * MICROS);
    (ends - now.0).max(0).div_euclid(MICROS) + i64::from((ends - now.0).max(0) % MICROS > 0)
}

/// What counts as one address: of IPv6 the network that a household or a machine is given.
fn network(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().into_iter().take(8).collect(),
    }
}

impl App {
    pub(super) async fn throttle_keys(&self, name: &str, address: IpAddr) -> Result<Keys, AppError> {
        let network = network(address);
        let (name, network) = (name.as_bytes(), network.as_slice());
        Ok(Keys {
            account: self.keyed_hash(KEY, &[b"account", name]).await?,
            address: self.keyed_hash(KEY, &[b"address", network]).await?,
            pair: self.keyed_hash(KEY, &[b"pair", name, network]).await?,
        })
    }

    /// Begins a try, or says how many seconds are left until there may be one. It counts as a failure beforehand, so
    /// that many at once gain nothing.
    pub(super) async fn begin_try(&self, tx: &mut WriteTx, keys: Keys) -> Result<Result<Try, i64>, AppError> {
        let now = self.now();
        let pair = tx.sign_in_attempts(&keys.pair).await?;
        let is_known = pair.is_some();
        let by_name = if is_known { pair } else { tx.sign_in_attempts(&keys.account).await? };
        let by_address = tx.sign_in_attempts(&keys.address).await?;
        let left = wait(now, by_name, FREE_ACCOUNT).max(wait(now, by_address, FREE_ADDRESS));
        if left > 0 {
            return Ok(Err(left));
        }
        let begun = Try { keys, is_known };
        let forgotten = self.in_seconds(-MEMORY);
        tx.count_failure(now, &begun.name_key(), forgotten).await?;
        tx.count_failure(now, &keys.address, forgotten).await?;
        Ok(Ok(begun))
    }

    /// The try was right as far as it went: it no longer counts as a failure, and earlier ones stay.
    pub(super) async fn take_back(&self, tx: &mut WriteTx, done: Try) -> Result<(), AppError> {
        tx.uncount_failure(&done.name_key()).await?;
        Ok(tx.uncount_failure(&done.keys.address).await?)
    }

    /// The person is in: failures under the name are forgotten, and the address is one that they sign in from. Those
    /// of the address stay, or whoever has an account could guess at others for ever.
    pub(super) async fn succeed_try(&self, tx: &mut WriteTx, done: Try) -> Result<(), AppError> {
        self.take_back(tx, done).await?;
        tx.clear_failures(&done.keys.account).await?;
        Ok(tx.remember_key(self.now(), &done.keys.pair).await?)
    }

    /// A link by mail has proved who it is: failures under the name are forgotten.
    pub(super) async fn forgive(&self, tx: &mut WriteTx, name: &str, address: IpAddr) -> Result<(), AppError> {
        let keys = self.throttle_keys(name, address).await?;
        tx.clear_failures(&keys.account).await?;
        Ok(tx.remember_key(self.now(), &keys.pair).await?)
    }

    /// Counts something that anybody may do only so often, such as asking for a mail. Says whether it is too often.
    pub(crate) async fn is_too_often(
        &self,
        tx: &mut WriteTx,
        what: &str,
        whose: &[u8],
        limit: i64,
        per_seconds: i64,
    ) -> Result<bool, AppError> {
        let key = self.keyed_hash(KEY, &[b"rate", what.as_bytes(), whose]).await?;
        let now = self.now();
        let known = tx.sign_in_attempts(&key).await?;
        let is_recent = |attempts: &Attempts| attempts.last_at > self.in_seconds(-per_seconds);
        if known.filter(is_recent).is_some_and(|attempts| attempts.failures >= limit) {
            return Ok(true);
        }
        tx.count_failure(now, &key, self.in_seconds(-per_seconds)).await?;
        Ok(false)
    }

    pub(super) async fn is_address_too_often(
        &self,
        tx: &mut WriteTx,
        what: &str,
        address: IpAddr,
        limit: i64,
        per_seconds: i64,
    ) -> Result<bool, AppError> {
        self.is_too_often(tx, what, &network(address), limit, per_seconds).await
    }
}

impl Try {
    const fn name_key(&self) -> [u8; 32] {
        if self.is_known { self.keys.pair } else { self.keys.account }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let check = |failures: i64, expected: i64| assert_eq!(delay(failures, FREE_ACCOUNT), expected, "{failures}");
        check(0, 0);
        check(4, 0);
        check(5, 1);
        check(6, 2);
        check(10, 32);
        check(15, LONGEST);
        check(1_000_000, LONGEST);
        let attempts = Some(Attempts { failures: 7, last_at: Instant(0) });
        let left = |micros: i64| wait(Instant(micros), attempts, FREE_ACCOUNT);
        assert_eq!([left(0), left(3_000_001), left(4_000_000), left(900_000_000)], [4, 1, 0, 0]);
    }

    #[test]
    fn an_address_is_a_network() {
        let check = |one: &str, other: &str, same: bool| {
            assert_eq!(network(one.parse().unwrap()) == network(other.parse().unwrap()), same, "{one} {other}");
        };
        check("192.0.2.1", "192.0.2.2", false);
        check("192.0.2.1", "::ffff:192.0.2.1", true);
        check("2001:db8:0:1::1", "2001:db8:0:1:ffff::", true);
        check("2001:db8:0:1::1", "2001:db8:0:2::1", false);
    }
}
