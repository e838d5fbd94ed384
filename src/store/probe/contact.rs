//! The first request to a store: whether it answers, whether it accepts the credentials, and how far its clock is off.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::failure::Failure;
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose, is_about_credentials};
use crate::store::wire::{NoAnswer, Refusal, Store, is_region};

/// The result of the first request.
#[derive(Debug)]
pub(crate) struct Contact {
    /// The URL of the request; none if it was not sent.
    pub address: Option<http::Uri>,
    /// How many seconds the store's clock is ahead of this machine's, if the answer has a date.
    pub clock_ahead: Option<i64>,
    pub outcome: ContactOutcome,
}

/// How the store answered the first request.
#[derive(Debug)]
pub(crate) enum ContactOutcome {
    /// It answered; with the bucket's region, if reported.
    Answered(Option<String>),
    /// No answer came.
    Silent(Failure),
    /// The certificate is not accepted.
    Untrusted(Failure),
    /// The credentials are not accepted.
    Credentials(Failure),
    /// The clocks are too far apart for any signature.
    Clock(Failure),
    /// It was refused for another reason.
    Refused(Failure),
}

impl Store {
    /// Lists at most one object of a folder, or the buckets without one: unlike a refused HEAD, a refused listing has a
    /// message.
    pub(crate) async fn contact(&self, folder: Option<&Location>) -> Contact {
        let observer = DateObserver::default();
        let result = match folder {
            Some(folder) => self.ask_for_objects(folder, &observer).await,
            None => self.ask_for_buckets(&observer).await,
        };
        let seen = std::mem::take(&mut *observer.seen());
        let outcome = match result {
            Ok(()) => ContactOutcome::Answered(seen.region),
            Err(refusal) => self.classify(&refusal, folder),
        };
        Contact { address: seen.address, clock_ahead: seen.clock_ahead, outcome }
    }

    async fn ask_for_objects(
        &self,
        folder: &Location,
        observer: &DateObserver,
    ) -> Result<(), Refusal> {
        let prefix = Some(folder.key.clone()).filter(|key| !key.is_empty());
        let sent = self.send(|client| {
            let request = client.list_objects_v2().bucket(&folder.bucket);
            let request = request.set_prefix(prefix.clone()).max_keys(1);
            request.customize().interceptor(observer.clone()).send()
        });
        sent.await.map(drop)
    }

    async fn ask_for_buckets(&self, observer: &DateObserver) -> Result<(), Refusal> {
        let sent = self
            .send(|client| client.list_buckets().customize().interceptor(observer.clone()).send());
        sent.await.map(drop)
    }

    fn classify(&self, refusal: &Refusal, folder: Option<&Location>) -> ContactOutcome {
        let nowhere = Location { bucket: String::new(), key: String::new() };
        let at = folder.unwrap_or(&nowhere);
        let failure =
            diagnose(self, refusal, &Circumstances { action: Action::List, at, key: None });
        match &refusal.no_answer {
            Some(NoAnswer::Certificate(_)) => return ContactOutcome::Untrusted(failure),
            Some(NoAnswer::NoCredentials | NoAnswer::Credentials(_)) => {
                return ContactOutcome::Credentials(failure);
            }
            Some(_) => return ContactOutcome::Silent(failure),
            None => {}
        }
        let is_anonymous =
            self.wire().credentials().is_none() && matches!(refusal.status, Some(401 | 403));
        let is_about_region = refusal.is("AuthorizationHeaderMalformed");
        match (refusal.code.as_deref(), folder) {
            (Some("RequestTimeTooSkewed"), _) => ContactOutcome::Clock(failure),
            (Some(code), _) if is_about_credentials(code) => ContactOutcome::Credentials(failure),
            // Few credentials may list buckets, so this refusal is expected.
            (Some(_), None) if !is_about_region => ContactOutcome::Answered(None),
            (None, None) => ContactOutcome::Refused(
                Failure::other("what answers there is no S3 store, or none that works just now")
                    .hint("check the endpoint's URL")
                    .answered(refusal.status, None),
            ),
            (_, Some(_)) if is_anonymous => ContactOutcome::Credentials(failure),
            _ => ContactOutcome::Refused(failure),
        }
    }
}

/// Records the URL of a request, and the date and region of its answer.
#[derive(Debug, Clone, Default)]
struct DateObserver(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    address: Option<http::Uri>,
    sent: Option<SystemTime>,
    clock_ahead: Option<i64>,
    region: Option<String>,
}

impl DateObserver {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for DateObserver {
    fn name(&self) -> &'static str {
        "DateObserver"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut seen = self.seen();
        seen.address = context.request().uri().parse().ok();
        seen.sent = Some(SystemTime::now());
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.response().headers();
        let mut seen = self.seen();
        let region = headers.get("x-amz-bucket-region").filter(|region| is_region(region));
        seen.region = region.map(str::to_owned);
        let date = headers.get("date");
        let date = date.and_then(|date| DateTime::from_str(date, DateTimeFormat::HttpDate).ok());
        if let (Some(date), Some(sent)) = (date, seen.sent) {
            // The store has read its clock at some time between request and answer.
            let halfway = sent + sent.elapsed().unwrap_or_default() / 2;
            seen.clock_ahead = Some(date.secs() - DateTime::from(halfway).secs());
        }
        Ok(())
    }
}
