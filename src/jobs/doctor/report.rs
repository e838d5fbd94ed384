//! The results of the checks, one line each, in a fixed order. People see a line as soon as those before it are known;
//! with `--json` all come at the end, that of a store that does not seal first.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::failure::{CommonCode, Failure};
use crate::output::{Line, Output, Style};

/// All checks, in the order in which they are printed.
const CHECKS: [&str; 24] = [
    "config",
    "rules",
    "keys",
    "rule-endpoints",
    "credentials",
    "endpoint",
    "tls",
    "clock",
    "bucket",
    "versioning",
    "sse-c",
    "write",
    "read",
    "wrong-key",
    "no-key",
    "checksums",
    "put",
    "multipart",
    "copy",
    "copy-in-place",
    "copy-plain",
    "conditions",
    "presigned",
    "cleanup",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// As it should be.
    Pass,
    /// Something to know or to mend; the exit code does not change.
    Warn,
    /// Something to mend: sealed objects cannot be written or read.
    Fail,
    /// Not checked.
    Skip,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Warn => "warn",
            Status::Fail => "fail",
            Status::Skip => "skip",
        }
    }

    fn style(self) -> Style {
        match self {
            Status::Pass => Style::Good,
            Status::Warn => Style::Warning,
            Status::Fail => Style::Bad,
            Status::Skip => Style::Faint,
        }
    }
}

/// The result of one check.
#[derive(Debug)]
struct Finding {
    status: Status,
    message: String,
    hint: Option<String>,
}

/// The results of all checks.
#[derive(Debug)]
pub(super) struct DoctorReport {
    out: Output,
    findings: BTreeMap<&'static str, Finding>,
    /// How many of [`CHECKS`] were printed.
    printed: usize,
    code: CommonCode,
    /// The check that has shown that the store does not seal.
    alarm: Option<&'static str>,
    /// Why stdout cannot be written.
    unwritable: Option<Failure>,
}

/// Why the checks stop.
pub(super) enum Stop {
    /// This check has failed.
    Failed(&'static str),
    /// A signal has interrupted them.
    Interrupted(Failure),
}

/// The record that `--json` prints for a check.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case")]
pub(crate) enum DoctorRecord<'a> {
    /// The result of one check.
    Doctor {
        /// The check's name, such as `sse-c`.
        check: &'a str,
        /// How the check ended.
        status: Status,
        /// What was found.
        message: &'a str,
        /// What to do about it.
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<&'a str>,
    },
}

impl DoctorReport {
    pub(super) fn new(out: &Output) -> DoctorReport {
        DoctorReport {
            out: *out,
            findings: BTreeMap::new(),
            printed: 0,
            code: CommonCode::default(),
            alarm: None,
            unwritable: None,
        }
    }

    pub(super) fn pass(&mut self, check: &'static str, message: impl Into<String>) {
        self.add(check, Status::Pass, message.into(), None);
    }

    /// Adds a check that has found something to mend or to know.
    pub(super) fn warn(
        &mut self,
        check: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.add(check, Status::Warn, message.into(), Some(hint.into()));
    }

    pub(super) fn fail(&mut self, check: &'static str, failure: &Failure) {
        let detail = failure.detail();
        self.add(
            check,
            Status::Fail,
            detail.message.clone(),
            detail.hint.as_ref().map(ToString::to_string),
        );
        self.code.add(failure);
    }

    /// As [`DoctorReport::fail`], for a check that the next checks depend on.
    pub(super) fn stop(&mut self, check: &'static str, failure: &Failure) -> Stop {
        self.fail(check, failure);
        Stop::Failed(check)
    }

    /// As [`DoctorReport::fail`], for a check that has shown that the store does not seal, or may not.
    pub(super) fn alarm(&mut self, check: &'static str, failure: &Failure) {
        self.fail(check, failure);
        self.alarm.get_or_insert(check);
    }

    pub(super) fn skip(&mut self, check: &'static str, why: impl Into<String>) {
        self.add(check, Status::Skip, why.into(), None);
    }

    /// Marks all checks without a result as skipped.
    pub(super) fn skip_rest(&mut self, why: &str) {
        for check in CHECKS {
            if !self.findings.contains_key(check) {
                self.skip(check, why);
            }
        }
    }

    /// The common exit code of the failed checks; 0 if none has failed.
    pub(super) fn exit_code(&self) -> u8 {
        self.code.get()
    }

    /// Prints what was not printed yet, and the counts.
    /// Errors: `Kind::Other` if stdout cannot be written.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        if self.out.json() {
            let others = CHECKS.into_iter().filter(|check| Some(*check) != self.alarm);
            for check in self.alarm.into_iter().chain(others) {
                if let Some(finding) = self.findings.get(check) {
                    finding.print(check, &self.out)?;
                }
            }
        } else {
            self.print_known();
        }
        if let Some(failure) = self.unwritable {
            return Err(failure);
        }
        if let Some(check) = self.alarm {
            self.out.warn(&format!("store nothing here that must be sealed: see `{check}`"));
        }
        let count = |status| self.findings.values().filter(|it| it.status == status).count();
        let statuses = [Status::Pass, Status::Warn, Status::Fail, Status::Skip];
        let counts = statuses.map(|status| format!("{} {}", status.word(), count(status)));
        self.out.say(&counts.join(", "));
        Ok(())
    }

    /// Adds a result, and prints it to people unless one before it is missing. A check has one result.
    fn add(&mut self, check: &'static str, status: Status, message: String, hint: Option<String>) {
        debug_assert!(CHECKS.contains(&check) && !self.findings.contains_key(check), "{check}");
        self.findings.insert(check, Finding { status, message, hint });
        if !self.out.json() {
            self.print_known();
        }
    }

    /// Prints the results up to the first check without one.
    fn print_known(&mut self) {
        while let Some(check) = CHECKS.get(self.printed)
            && let Some(finding) = self.findings.get(check)
        {
            self.printed += 1;
            if self.unwritable.is_none() {
                self.unwritable = finding.print(check, &self.out).err();
            }
        }
    }
}

impl Finding {
    fn print(&self, check: &str, out: &Output) -> Result<(), Failure> {
        let Finding { status, message, hint } = self;
        if out.json() {
            let hint = hint.as_deref();
            return out.item(&DoctorRecord::Doctor { check, status: *status, message, hint });
        }
        let line = Line::default().styled(status.style(), status.word()).plain("  ");
        out.styled(&line.column(Style::Plain, check, 16).plain(message.as_str()))?;
        match hint {
            Some(hint) => out.styled(
                &Line::default().styled(Style::Literal, "      fix:").plain(format!(" {hint}")),
            ),
            None => Ok(()),
        }
    }
}
