//! The live proof: throw-away objects with throw-away keys show what the store really does.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use md5::{Digest as _, Md5};

use super::report::{DoctorReport, Stop};
use super::trial::Trial;
use crate::failure::{Advice, Failure, Kind};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::Encryption;
use crate::store::copy::{Leftovers, as_source, collect, plain_write};
use crate::store::object::{Attributes, Condition, ReadOptions, Stored};
use crate::store::presigned::{Method, Presign, ReadMethod};
use crate::store::wire::{Connect, SignedUrl, Store};
use crate::transfer::{Interrupt, MIN_PART_SIZE, checksum};
use aws_sdk_s3::primitives::SdkBody as RequestBody;

const CONTENT: &[u8] = b"whoever reads this has the key";
/// How long presigned URLs of the proof are valid.
const MINUTES: Duration = Duration::from_secs(10 * 60);
/// An ETag that no object has.
const NO_ETAG: &str = "\"00000000000000000000000000000000\"";
const RELAYED: &str = "none is needed: s3seal downloads and uploads instead, so copies take longer and pass through this machine";

/// Makes the checks that need objects, and deletes the objects.
pub(super) async fn prove(
    store: &Arc<Store>,
    folder: Location,
    connect: &Connect,
    interrupt: &Interrupt,
    report: &mut DoctorReport,
) -> Result<(), Stop> {
    let begun = Trial::new(store, &folder.bucket, interrupt);
    let trial = begun.map_err(|failure| report.stop("write", &failure))?;
    let keys = [Key::generate(), Key::generate()];
    let [Ok(key), Ok(other_key)] = keys else {
        let failure = Failure::other("the operating system gave no random bytes for a key");
        return Err(report.stop("write", &failure));
    };
    let mut proof = Proof { trial, folder, key, other_key, connect, report };
    let proven = proof.run().await;
    let Proof { trial, report, .. } = proof;
    // After a failed check the next write must prove the bucket again: a store may seal one kind of write only.
    if proven.is_ok() && report.exit_code() == 0 {
        store.learned().proven().remember_seal(&trial.objects.prefix().bucket);
    }
    let count = trial.objects.count();
    let left = trial.objects.clean_up().await;
    report_left(&left, count, report);
    proven
}

struct Proof<'a> {
    trial: Trial,
    /// The folder for the objects, if nothing may be written at the bucket's root.
    folder: Location,
    /// Seals the objects.
    key: Key,
    /// A wrong key for reads; the new key for copies.
    other_key: Key,
    connect: &'a Connect,
    report: &'a mut DoctorReport,
}

impl Proof<'_> {
    async fn run(&mut self) -> Result<(), Stop> {
        let (at, stored) = self.seal().await?;
        self.read(&at).await?;
        self.check_refusals(&at).await?;
        self.put().await?;
        self.multipart().await?;
        self.copy(&at, &stored).await?;
        self.copy_in_place().await?;
        self.copy_plain().await?;
        self.conditions(&at).await?;
        self.presigned(&at).await
    }

    /// Writes a multipart upload of one part, so that a store that ignores the key publishes nothing.
    async fn seal(&mut self) -> Result<(Location, Stored), Stop> {
        let (mut at, mut sealed) = self.seal_there().await;
        if matches!(sealed, Err(Failure { kind: Kind::Denied, .. }))
            && self.trial.objects.move_below(&self.folder)
        {
            (at, sealed) = self.seal_there().await;
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
        let wrong = self.trial.get(at, std::slice::from_ref(&self.other_key), None).await;
        self.report_refusal(
            "wrong-key",
            "with another key the object is refused",
            wrong.map(drop),
        )?;
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

    async fn copy(&mut self, at: &Location, stored: &Stored) -> Result<(), Stop> {
        let write = plain_write(&self.trial.objects.named("copy"), Some(&self.other_key));
        let copied = self.trial.copy(as_source(at, Some(&self.key), stored), write).await;
        let able = ("to another name and key", "the store does not copy from one key to another");
        self.report_copy("copy", able, copied)
    }

    async fn copy_in_place(&mut self) -> Result<(), Stop> {
        let at = self.trial.objects.named("rotated");
        let parts = [Bytes::from_static(CONTENT)];
        let uploaded = self.trial.upload(&plain_write(&at, Some(&self.key)), &parts).await;
        let stored = match uploaded {
            Ok(stored) => stored,
            Err(failure) => return self.report("copy-in-place", Err(failure)),
        };
        let write = plain_write(&at, Some(&self.other_key));
        let copied = self.trial.copy(as_source(&at, Some(&self.key), &stored), write).await;
        let able =
            ("onto itself, to another key", "the store gives no object another key in its place");
        self.report_copy("copy-in-place", able, copied)
    }

    async fn copy_plain(&mut self) -> Result<(), Stop> {
        let at = self.trial.objects.named("plain");
        let put = self.trial.put(&plain_write(&at, None), &Bytes::from_static(CONTENT)).await;
        let stored = match put {
            Ok(stored) => stored,
            Err(Failure { kind: Kind::Denied, .. }) => {
                self.report.skip("copy-plain", "nothing may be stored here without a key");
                return Ok(());
            }
            Err(failure) => return self.report("copy-plain", Err(failure)),
        };
        let write = plain_write(&self.trial.objects.named("sealed-copy"), Some(&self.key));
        let copied = self.trial.copy(as_source(&at, None, &stored), write).await;
        let able = ("from plain to sealed", "the store does not seal what it copies");
        self.report_copy("copy-plain", able, copied)
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

    async fn presigned(&mut self, at: &Location) -> Result<(), Stop> {
        let done = async {
            self.get_presigned(at).await?;
            self.put_presigned().await?;
            Ok("URLs for reading and for writing work, with the key's headers")
        };
        let done = done.await;
        self.report("presigned", done)
    }

    async fn get_presigned(&self, at: &Location) -> Result<(), Failure> {
        let url = self.presign(Method::Get, at).await?;
        let options = ReadOptions::default();
        let keys = [self.key.clone()];
        let store = Store::to_read(&url, ReadMethod::Get, true, &options, self.connect)?;
        self.trial.check_signal().await?;
        let opened = store.get(url.location(), &keys, &options).await?;
        match collect(opened, at).await? {
            (_, content) if content == CONTENT => Ok(()),
            _ => Err(Failure::integrity("a presigned URL led to other bytes than were written")
                .hint("something between here and the store changes them: look for a proxy")),
        }
    }

    async fn put_presigned(&mut self) -> Result<(), Failure> {
        let at = self.trial.objects.named("presigned");
        let url = self.presign(Method::Put, &at).await?;
        let (attributes, condition) = (Attributes::default(), Condition::default());
        let encryption = Encryption::CustomerKey(self.key.clone());
        let store = Store::to_write(&url, &encryption, &attributes, &condition, self.connect)?;
        let write = crate::store::object::Write {
            at: url.location().clone(),
            ..plain_write(&at, Some(&self.key))
        };
        let mut crc = checksum::crc64nvme();
        crc.update(CONTENT);
        let (bytes, md5) = (CONTENT.len() as u64, Some(Md5::digest(CONTENT).into()));
        let sums = crate::store::object::Sums { bytes, md5, crc64nvme: crc.finalize() };
        self.trial.check_signal().await?;
        self.trial.objects.mark_touched(&at);
        let written = store.put_object(&write, || RequestBody::from(CONTENT), &sums).await?;
        let stored = store.keep_if_proven(&write.at, written).await?;
        self.trial.objects.record_written(&at, stored);
        Ok(())
    }

    async fn presign(&self, method: Method, at: &Location) -> Result<SignedUrl, Failure> {
        let wanted = Presign {
            method,
            at: at.clone(),
            encryption: Encryption::CustomerKey(self.key.clone()),
            expires_in: MINUTES,
            version_id: None,
            checksum: false,
            attributes: Attributes::default(),
        };
        self.trial.store.presign(&wanted).await?.url.parse()
    }

    /// Reports a check; after its failure the other checks go on.
    fn report(&mut self, check: &'static str, done: Result<&str, Failure>) -> Result<(), Stop> {
        match done {
            Ok(said) => self.report.pass(check, said),
            Err(failure @ Failure { kind: Kind::Interrupted(_), .. }) => {
                return Err(Stop::Interrupted(failure));
            }
            Err(failure @ Failure { kind: Kind::Unsealed, .. }) => {
                self.report.alarm(check, &failure);
            }
            Err(failure) => self.report.fail(check, &failure),
        }
        Ok(())
    }

    fn report_copy(
        &mut self,
        check: &'static str,
        (able, unable): (&str, &str),
        copied: Result<Option<Stored>, Failure>,
    ) -> Result<(), Stop> {
        match copied {
            Ok(Some(_)) => self.report(check, Ok(&format!("the store copies {able}"))),
            Ok(None) => {
                self.report.warn(check, unable, RELAYED);
                Ok(())
            }
            Err(failure) => self.report(check, Err(failure)),
        }
    }

    /// Reports the failure of a check that the next checks depend on.
    fn stop(&mut self, check: &'static str, failure: Failure) -> Stop {
        match failure {
            Failure { kind: Kind::Interrupted(_), .. } => return Stop::Interrupted(failure),
            Failure { kind: Kind::Unsealed, .. } => self.report.alarm(check, &failure),
            _ => self.report.fail(check, &failure),
        }
        Stop::Failed(check)
    }
}

fn report_left(left: &Leftovers, count: usize, report: &mut DoctorReport) {
    let objects = match count {
        0 => "nothing was written".to_owned(),
        1 => "1 throw-away object was deleted".to_owned(),
        n => format!("{n} throw-away objects were deleted"),
    };
    match left.names.as_slice() {
        [] if left.is_confirmed => {
            report.pass("cleanup", format!("{objects}, and nothing is left"));
        }
        [] => report.pass("cleanup", objects),
        names => report.warn("cleanup", format!("left behind: {}", names.join("; ")), remedy(left)),
    }
}

fn remedy(left: &Leftovers) -> String {
    match &left.cause {
        Some(Failure { kind: Kind::Denied, .. }) if left.has_versions => {
            "grant s3:DeleteObjectVersion, or delete them with other credentials".to_owned()
        }
        Some(Failure { kind: Kind::Denied, .. }) => {
            "grant s3:DeleteObject, or delete them with other credentials".to_owned()
        }
        Some(failure) => format!("delete them later: {}", failure.detail().message),
        None => "look whether they are there, and delete them then".to_owned(),
    }
}
