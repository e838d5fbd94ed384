//! The checks of config.toml: its rules, its keys, and the endpoints that the rules name. No key leaves this machine, and no
//! command is run.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::limit::TimeLimit;
use super::report::DoctorReport;
use super::rules::judge;
use crate::failure::Failure;
use crate::key::ring::{ConfigKeys, Inspected};
use crate::location::Location;
use crate::store::probe::{connect, is_proxied};

/// The checks that depend on the file.
const OF_CONFIG: [&str; 3] = ["rules", "keys", "rule-endpoints"];
/// How many faults a line names.
const MOST_FAULTS: usize = 3;

/// A fault, and what to do about it.
type Fault = (String, String);

/// Checks the file. `folder`: where the user wants to store something.
pub(super) async fn check_config(
    folder: Option<&Location>,
    allows_http: bool,
    limit: TimeLimit,
    report: &mut DoctorReport,
) {
    let ring = match ConfigKeys::load(None) {
        Ok(ring) => Arc::new(ring),
        // The other checks do not depend on config.toml: the proof generates its own keys.
        Err(failure) => {
            report.fail("config", &failure);
            OF_CONFIG.iter().for_each(|check| report.skip(check, "`config` failed"));
            return;
        }
    };
    let Some(path) = ring.file() else {
        report.pass("config", "no config.toml: keys come from -k or S3SEAL_KEY");
        OF_CONFIG.iter().for_each(|check| report.skip(check, "no config.toml"));
        return;
    };
    let names: Vec<&str> = ring.names().collect();
    let keys = match names.as_slice() {
        [] => "no keys".to_owned(),
        [name] => format!("1 key ({name})"),
        names => format!("{} keys ({})", names.len(), names.join(", ")),
    };
    let rules = match ring.rules() {
        1 => "1 rule".to_owned(),
        n => format!("{n} rules"),
    };
    report.pass("config", format!("{}: {keys}, {rules}", path.display()));
    check_rules(&ring, &names, allows_http, report);
    check_keys(&ring, folder, limit, report).await;
    check_endpoints(&ring, limit, report).await;
}

fn check_rules(ring: &ConfigKeys, names: &[&str], allows_http: bool, report: &mut DoctorReport) {
    let judgement = judge(&ring.rule_summaries(), names, allows_http);
    if !judgement.faults.is_empty() {
        warn(report, "rules", &judgement.faults);
    } else if judgement.notes.is_empty() {
        report.pass("rules", "none overlap");
    } else {
        report.pass("rules", first_of(&judgement.notes));
    }
}

/// Reads each key, except from commands and pipes.
async fn check_keys(
    ring: &Arc<ConfigKeys>,
    folder: Option<&Location>,
    limit: TimeLimit,
    report: &mut DoctorReport,
) {
    let names: Vec<String> = ring.names().map(str::to_owned).collect();
    if names.is_empty() {
        return report.skip("keys", "config.toml names none");
    }
    let deadline = limit.begin();
    let reading: Vec<_> = names
        .iter()
        .map(|name| {
            let (ring, name) = (ring.clone(), name.clone());
            tokio::task::spawn_blocking(move || ring.inspect(&name))
        })
        .collect();
    let (mut failed, mut faults, mut unread) = (Vec::new(), Vec::new(), Vec::new());
    let mut count = 0;
    for (name, reading) in names.iter().zip(reading) {
        let seals = seals_here(ring, name, folder);
        let inspected = match deadline.wait(reading).await {
            Ok(Ok(inspected)) => inspected,
            Ok(Err(_)) => Err(Failure::key(format!("the key `{name}` could not be read"))),
            Err(_) => Err(Failure::key(format!("the key `{name}` was not read in time"))
                .hint("the disk or the network folder of its file does not answer")),
        };
        match inspected {
            Ok(Inspected::Read { warnings, unfit }) => {
                count += 1;
                let fix =
                    "change the file's mode as it says, or replace a key that is easy to guess";
                faults.extend(warnings.into_iter().map(|warning| (warning, fix.to_owned())));
                if let Some(failure) = unfit.filter(|_| seals) {
                    failed.push(fault(&failure));
                }
            }
            Ok(Inspected::Command) => unread.push(format!("{name} (a command)")),
            Ok(Inspected::Stream) => unread.push(format!("{name} (a pipe)")),
            Err(failure) if seals => failed.push(fault(&failure)),
            Err(failure) => faults.push(fault(&failure)),
        }
    }
    if !failed.is_empty() {
        failed.append(&mut faults);
        let (messages, hints) = joined(&failed);
        report.fail("keys", &Failure::key(messages).hint(hints));
    } else if !faults.is_empty() {
        warn(report, "keys", &faults);
    } else {
        let read = if count == 1 { "1 was read".to_owned() } else { format!("{count} were read") };
        let rest = if unread.is_empty() {
            String::new()
        } else {
            format!("; not read here: {}", unread.join(", "))
        };
        report.pass("keys", read + &rest);
    }
}

/// Whether objects at this place are sealed with the key; without a place, whether any are.
fn seals_here(ring: &ConfigKeys, name: &str, folder: Option<&Location>) -> bool {
    ring.rule_summaries().iter().filter(|rule| rule.key == name).any(|rule| {
        folder.is_none_or(|folder| {
            let prefix = rule.prefix;
            prefix.bucket == folder.bucket
                && (prefix.key.starts_with(&folder.key) || folder.key.starts_with(&prefix.key))
        })
    })
}

/// Connects once to each endpoint that a rule names.
async fn check_endpoints(ring: &ConfigKeys, limit: TimeLimit, report: &mut DoctorReport) {
    let mut urls: Vec<String> =
        ring.rule_summaries().into_iter().map(|rule| rule.endpoint).collect();
    urls.sort();
    urls.dedup();
    let addresses = urls.into_iter().filter_map(|url| {
        let address: http::Uri = url.parse().ok()?;
        address.scheme()?;
        Some((url, address))
    });
    let (proxied, direct): (Vec<_>, Vec<_>) =
        addresses.partition(|(_, address)| is_proxied(address));
    let mut under_way = JoinSet::new();
    for (url, address) in direct {
        under_way.spawn(async move {
            let connected = limit.wait(connect(&address)).await;
            let failed = connected.map_err(|failure| failure.detail().message.clone());
            (url, failed.and_then(|connected| connected))
        });
    }
    let (mut there, mut faults) = (Vec::new(), Vec::new());
    while let Some(Ok((url, connected))) = under_way.join_next().await {
        match connected {
            Ok(()) => there.push(url),
            Err(why) => faults.push((
                format!("{url}: {why}"),
                "check the URL in the rule, the network, and that the store runs".to_owned(),
            )),
        }
    }
    there.sort();
    faults.sort();
    if !faults.is_empty() {
        warn(report, "rule-endpoints", &faults);
    } else if !there.is_empty() {
        report.pass("rule-endpoints", format!("connected to {}", there.join(", ")));
    } else if !proxied.is_empty() {
        report.skip("rule-endpoints", "all are reached through a proxy");
    } else {
        report.skip("rule-endpoints", "no rule names one");
    }
}

fn fault(failure: &Failure) -> Fault {
    let detail = failure.detail();
    let hint = detail.hint.as_ref().map(ToString::to_string).unwrap_or_default();
    (detail.message.clone(), hint)
}

fn warn(report: &mut DoctorReport, check: &'static str, faults: &[Fault]) {
    let (messages, hints) = joined(faults);
    report.warn(check, messages, hints);
}

/// The messages, and the hints without repetitions.
fn joined(faults: &[Fault]) -> (String, String) {
    let messages: Vec<String> = faults.iter().map(|(message, _)| message.clone()).collect();
    let mut hints: Vec<&str> = Vec::new();
    for (_, hint) in faults.iter().take(MOST_FAULTS) {
        if !hint.is_empty() && !hints.contains(&hint.as_str()) {
            hints.push(hint);
        }
    }
    (first_of(&messages), hints.join("; "))
}

fn first_of(messages: &[String]) -> String {
    match messages.split_at_checked(MOST_FAULTS) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{}; and {} more", first.join("; "), rest.len())
        }
        _ => messages.join("; "),
    }
}
