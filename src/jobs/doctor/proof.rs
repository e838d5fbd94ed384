//! The live proof: throw-away objects with throw-away keys show what the store really does.

use std::sync::Arc;

use bytes::Bytes;

use super::cleanup::report_left;
use super::limit::{TimeLimit, is_silence};
use super::own::{answer, blame_store};
use super::report::{DoctorReport, Stop};
use super::trial::Trial;
use crate::failure::{Advice, Failure, Kind};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::copy::plain_write;
use crate::store::object::{Condition, Stored};
use crate::store::wire::{Connect, Store};
use crate::transfer::{Interrupt, MIN_PART_SIZE};

pub(super) const CONTENT: &[u8] = b"whoever reads this has the key";
/// An ETag that no object has.
const NO_ETAG: &str = "\"00000000000000000000000000000000\"";
/// How much longer than others a check may take that sends 5 MiB, and the removal of all objects.
const OF_PARTS: u32 = 6;
const OF_CLEANUP: u32 = 6;
/// After so many checks without an answer the store is not asked any further.
const MOST_SILENT: u32 = 2;

/// Makes the checks that need objects, and deletes the objects.
pub(super) async fn prove(
    store: &Arc<Store>,
    folder: Location,
    limit: TimeLimit,
    connect: &Connect,
    interrupt: &Interrupt,
    report: &mut DoctorReport,
) -> Result<(), Stop> {
    let begun = Trial::new(store, &folder.bucket, interrupt, limit);
    let trial = begun.map_err(|failure| report.stop("write", &failure))?;
    let keys = [Key::generate(), Key::generate()];
    let [Ok(key), Ok(other_key)] = keys else {
        let failure = Failure::other("the operating system gave no random bytes for a key");
        return Err(report.stop("write", &failure));
    };
    let mut proof = Proof { trial, folder, key, other_key, limit, silent: 0, connect, report };
    let proven = proof.run().await;
    let Proof { trial, report, .. } = proof;
    // After a failed check the next write must prove the bucket again: a store may seal one kind of write only.
    if proven.is_ok() && report.exit_code() == 0 {
        store.learned().proven().remember_seal(&trial.objects.prefix().bucket);
    }
    let count = trial.objects.count();
    let prefix = trial.objects.prefix().clone();
    match limit.times(OF_CLEANUP).wait(trial.objects.clean_up()).await {
        Ok(left) => report_left(&left, count, report),
        Err(failure) => report.warn(
            "cleanup",
            format!("{}: whatever is below {prefix} may be left behind", failure.detail().message),
            "the next `doctor` in this bucket deletes it; or delete it yourself",
        ),
    }
    proven
}

pub(super) struct Proof<'a> {
    pub(super) trial: Trial,
    /// The folder for the objects, if nothing may be written at the bucket's root.
    folder: Location,
    /// Seals the objects.
    pub(super) key: Key,
    /// A wrong key for reads; the new key for copies.
    pub(super) other_key: Key,
    limit: TimeLimit,
    /// How many checks have ended without an answer.
    silent: u32,
    pub(super) connect: &'a Connect,
    pub(super) report: &'a mut DoctorReport,
}

impl Proof<'_> {
    async fn run(&mut self) -> Result<(), Stop> {
        let (at, stored) = self.seal().await?;
        self.begin().read(&at).await?;
        self.check_refusals(&at).await?;
        self.begin().put().await?;
        self.multipart().await?;
        self.begin().copy(&at, &stored).await?;
        self.begin().copy_in_place().await?;
        self.begin().copy_plain().await?;
        self.begin().conditions(&at).await?;
        self.begin().presigned(&at).await
    }

    /// Begins the next check: its time runs from now on.
    fn begin(&mut self) -> &mut Self {
        self.trial.deadline = self.limit.begin();
        self
    }

    /// Writes a multipart upload of one part, so that a store that ignores the key publishes nothing.
    async fn seal(&mut self) -> Result<(Location, Stored), Stop> {
        let (mut at, mut sealed) = self.seal_there().await;
        if matches!(sealed, Err(Failure { kind: Kind::Denied, .. }))
            && self.trial.objects.move_below(&self.folder)
        {
            (at, sealed) = self.begin().seal_there().await;
        }
        match sealed {
            Ok(stored) => {
                self.report.pass("write", "sealed: the store has proven which key it used");
                Ok((at, stored))
            }
            Err(failure) => Err(self.stop("write", failure)),
        }
    }

    async fn seal_there(&mut self) -> (Location, Result<Stored, Failure>) {
        let at = self.trial.objects.named("sealed");
        let write = plain_write(&at, Some(&self.key));
        let sealed = self.trial.upload(&write, &[Bytes::from_static(CONTENT)]).await;
        (at, sealed)
    }

    async fn read(&mut self, at: &Location) -> Result<(), Stop> {
        let got = self.trial.get(at, std::slice::from_ref(&self.key), None).await;
        let (metadata, content) = got.map_err(|failure| self.stop("read", failure))?;
        if content != CONTENT {
            let failure = Failure::integrity(
                "the object came back with other bytes than were written",
            )
            .hint("try again; if it stays, something between here and the store changes them");
            return Err(self.stop("read", failure));
        }
        self.report.pass("read", "with its key the object is what was written");
        self.checksums(metadata.checksum_crc64nvme.as_deref());
        Ok(())
    }

    fn checksums(&mut self, returned: Option<&str>) {
        let store = &self.trial.store;
        let hint = "keep a checksum of what matters yourself, for instance with sha256sum";
        match returned {
            _ if store.learned().checksums().are_refused() => {
                self.report.warn("checksums", "the store refuses checksum headers", hint);
            }
            _ if !store.learned().checksums().are_wanted()
                || !store.learned().checksums().asks() =>
            {
                self.report.skip("checksums", "left out, as the AWS settings say");
            }
            Some(_) => self.report.pass("checksums", "kept, and returned with the object"),
            None => self.report.warn("checksums", "the store returns none", hint),
        }
    }

    /// Checks that the store refuses reads with a wrong key and without a key.
    async fn check_refusals(&mut self, at: &Location) -> Result<(), Stop> {
        self.begin();
        let wrong = self.trial.get(at, std::slice::from_ref(&self.other_key), None).await;
        self.report_refusal(
            "wrong-key",
            "with another key the object is refused",
            wrong.map(drop),
        )?;
        self.begin();
        let none = self.trial.get(at, &[], None).await;
        self.report_refusal("no-key", "without a key the object is refused", none.map(drop))
    }

    fn report_refusal(
        &mut self,
        check: &'static str,
        said: &str,
        read: Result<(), Failure>,
    ) -> Result<(), Stop> {
        match read {
            Err(Failure { kind: Kind::Key | Kind::Denied | Kind::NotFound, .. }) => {
                self.report.pass(check, said);
                Ok(())
            }
            Ok(()) | Err(Failure { kind: Kind::Unsealed, .. }) => {
                let given = "the store gives sealed objects to clients without their key";
                let failure =
                    Failure::unsealed(given).hint("this store does not seal: use one that does");
                Err(self.stop(check, failure))
            }
            // It was not given, but not refused properly either.
            Err(failure @ Failure { kind: Kind::Other | Kind::Unavailable, .. })
                if failure.detail().status.is_some() =>
            {
                let answer = answer(&failure);
                self.report.warn(
                    check,
                    format!("the object is not given, but not refused as a wrong key is{answer}"),
                    "none is needed to seal; a mistaken key may look like trouble of the store",
                );
                Ok(())
            }
            Err(failure) => Err(self.stop(check, failure)),
        }
    }

    async fn put(&mut self) -> Result<(), Stop> {
        let write = plain_write(&self.trial.objects.named("put"), Some(&self.key));
        let put = self.trial.put(&write, &Bytes::from_static(CONTENT)).await;
        self.report("put", put.map(|_| "sealed in one request"))
    }

    /// Writes two parts, and reads a range that spans both.
    async fn multipart(&mut self) -> Result<(), Stop> {
        self.trial.deadline = self.limit.times(OF_PARTS).begin();
        let at = self.trial.objects.named("parts");
        let write = plain_write(&at, Some(&self.key));
        let first: Vec<u8> = CONTENT.iter().copied().cycle().take(MIN_PART_SIZE as usize).collect();
        let end = [&first[first.len() - CONTENT.len()..], CONTENT].concat();
        let range = format!("bytes={}-", first.len() - CONTENT.len());
        let parts = [Bytes::from(first), Bytes::from_static(CONTENT)];
        let key = self.key.clone();
        let done = async {
            self.trial.upload(&write, &parts).await?;
            let (_, content) = self.trial.get(&at, &[key], Some(&range)).await?;
            if content == end {
                Ok("sealed in two parts, and read across them")
            } else {
                Err(Failure::integrity("an object of two parts came back with other bytes").hint(
                    "write what is larger than a part to another store, and tell this one's makers",
                ))
            }
        };
        let done = done.await;
        self.report("multipart", done)
    }

    async fn conditions(&mut self, at: &Location) -> Result<(), Stop> {
        let conditions = [
            ("If-None-Match", Condition { if_none_match: Some("*".into()), if_match: None }),
            ("If-Match", Condition { if_match: Some(NO_ETAG.into()), if_none_match: None }),
        ];
        let mut unheeded = Vec::new();
        for (name, condition) in conditions {
            let write =
                crate::store::object::Write { condition, ..plain_write(at, Some(&self.key)) };
            match self.trial.put(&write, &Bytes::from_static(CONTENT)).await {
                Err(Failure { kind: Kind::Precondition, .. }) => {}
                Ok(_) => unheeded.push(format!("{name} is ignored")),
                Err(failure @ Failure { kind: Kind::Interrupted(_) | Kind::Denied, .. }) => {
                    return self.report("conditions", Err(failure));
                }
                Err(failure) if is_silence(&failure) => {
                    return self.report("conditions", Err(failure));
                }
                Err(_) => unheeded.push(format!("{name} is refused")),
            }
        }
        match unheeded.as_slice() {
            [] => self.report.pass("conditions", "If-None-Match and If-Match are heeded"),
            unheeded => self.report.warn(
                "conditions",
                unheeded.join(", "),
                Advice::KeepWritersApart.to_string(),
            ),
        }
        Ok(())
    }

    /// Reports a check; after its failure the other checks go on.
    pub(super) fn report(
        &mut self,
        check: &'static str,
        done: Result<&str, Failure>,
    ) -> Result<(), Stop> {
        match done {
            Ok(said) => self.report.pass(check, said),
            Err(failure @ Failure { kind: Kind::Interrupted(_), .. }) => {
                return Err(Stop::Interrupted(failure));
            }
            Err(failure @ Failure { kind: Kind::Unsealed, .. }) => {
                self.report.alarm(check, &failure);
            }
            Err(failure) => {
                self.silent += u32::from(is_silence(&failure));
                self.report.fail(check, &blame_store(failure));
                if self.silent >= MOST_SILENT {
                    return Err(Stop::Failed(check));
                }
            }
        }
        Ok(())
    }

    /// Reports the failure of a check that the next checks depend on.
    fn stop(&mut self, check: &'static str, failure: Failure) -> Stop {
        match failure {
            Failure { kind: Kind::Interrupted(_), .. } => return Stop::Interrupted(failure),
            Failure { kind: Kind::Unsealed, .. } => self.report.alarm(check, &failure),
            _ => self.report.fail(check, &blame_store(failure)),
        }
        Stop::Failed(check)
    }
}
