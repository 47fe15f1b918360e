//! Unique values: [marker items](crate::entity::marker) that are claimed and released together with the writes of their
//! owners.
//!
//! What an item claimed before is read first; the write is then made conditional on that, and if it has changed, all is
//! done again.

mod claims;
mod marker;
mod resolve;

use std::time::Duration;

pub(super) use claims::{Claims, unknown_expiry};
pub(super) use resolve::{Resolved, Resolver, steps};

use super::backoff::Backoff;
use super::draft::Draft;
use super::transact::Run;
use crate::Error;
use crate::transport::Response;
use crate::wire::{RawItem, write_json_str};

/// How often a write is tried while others change what it has read.
pub(super) const ATTEMPTS: u32 = 20;
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(10);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Sends a write with its claims, alone: as a transaction of its own.
pub(super) async fn send(draft: Draft, returns: Option<&'static str>) -> Result<Response, Error> {
    let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
    let mut left = ATTEMPTS;
    let mut resolver = Resolver::new(&draft.target.client, &draft.options);
    resolver.returns_old = returns == Some("ALL_OLD");
    loop {
        left -= 1;
        let mut resolved = [resolver.resolve(&draft, 0).await?];
        let steps = steps(&mut resolved)?;
        let steps: Vec<_> = steps.iter().collect();
        let run = Run::of(&draft.target, &steps, &draft.options)?;
        let canceled = match run.send().await {
            Ok(_) => return Ok(answer(&draft, &resolved[0], returns)),
            Err(Error::TransactionCanceled(canceled)) => canceled,
            Err(error) => return Err(error),
        };
        if resolver.is_stale(&canceled, &resolved) {
            if left > 0 {
                backoff.wait().await;
                continue;
            }
            return Err(canceled.into_conflict());
        }
        // It is told as if the write had been sent alone.
        return draft.answer(canceled.into_single(0));
    }
}

/// What the write alone would have answered.
fn answer(draft: &Draft, resolved: &Resolved<'_>, returns: Option<&str>) -> Response {
    let old = resolved.old();
    match (returns, old) {
        (Some("ALL_OLD"), Some(old)) => Response::of(format!("{{\"Attributes\":{old}}}")),
        (Some("UPDATED_NEW"), old) => {
            let stored = old.map_or(0, |old| draft.stored_version(RawItem::new(old)));
            match draft.entity.lifecycle.version {
                Some(name) => {
                    let mut body = String::from("{\"Attributes\":{");
                    write_json_str(&mut body, name);
                    body.push_str(":{\"N\":\"");
                    body.push_str(&stored.saturating_add(1).to_string());
                    body.push_str("\"}}}");
                    Response::of(body)
                }
                None => Response::empty(),
            }
        }
        _ => Response::empty(),
    }
}
