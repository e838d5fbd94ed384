//! The checks of copies within the store, which s3seal replaces by a download and an upload where it must.

use bytes::Bytes;

use super::own::inability_to_copy;
use super::proof::{CONTENT, Proof};
use super::report::Stop;
use crate::failure::{Failure, Kind};
use crate::location::Location;
use crate::store::copy::{as_source, plain_write};
use crate::store::object::Stored;

const RELAYED: &str = "none is needed: s3seal downloads and uploads instead, so copies take longer and pass through this machine";

impl Proof<'_> {
    pub(super) async fn copy(&mut self, at: &Location, stored: &Stored) -> Result<(), Stop> {
        let write = plain_write(&self.trial.objects.named("copy"), Some(&self.other_key));
        let copied = self.trial.copy(as_source(at, Some(&self.key), stored), write).await;
        let able = ("to another name and key", "the store does not copy from one key to another");
        self.report_copy("copy", able, copied)
    }

    pub(super) async fn copy_in_place(&mut self) -> Result<(), Stop> {
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

    pub(super) async fn copy_plain(&mut self) -> Result<(), Stop> {
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
            Err(failure) => match inability_to_copy(&failure) {
                Some(answer) => {
                    self.report.warn(check, format!("{unable}{answer}"), RELAYED);
                    Ok(())
                }
                None => self.report(check, Err(failure)),
            },
        }
    }
}
