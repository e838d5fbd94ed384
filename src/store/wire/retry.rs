//! Which requests are repeated, how often, and after which pause.

use std::time::Duration;

use aws_sdk_s3::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority, RetryReason,
};
use aws_smithy_types::retry::ErrorKind;
use rand::TryRng as _;
use rand::rngs::SysRng;

use super::refusal;
use crate::failure::Failure;

const USUAL_ATTEMPTS: u32 = 5;
/// The upper limit of the random pause before the second attempt; it doubles for each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// The maximum number of attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retry {
    attempts: u32,
}

impl Retry {
    /// Takes the first of: the option, `AWS_MAX_ATTEMPTS`, the profile's `max_attempts`.
    /// Errors: `Kind::Usage` if a setting is not a positive number.
    pub(crate) fn configured(option: Option<u32>, profile: Option<&str>) -> Result<Retry, Failure> {
        if let Some(attempts) = option {
            return Ok(Retry { attempts });
        }
        let variable = std::env::var("AWS_MAX_ATTEMPTS").ok().filter(|text| !text.is_empty());
        let (text, source) = match (&variable, profile) {
            (Some(text), _) => (text.as_str(), "AWS_MAX_ATTEMPTS"),
            (None, Some(text)) => (text, "the profile's max_attempts"),
            (None, None) => return Ok(Retry { attempts: USUAL_ATTEMPTS }),
        };
        match text.trim().parse() {
            Ok(attempts) if attempts > 0 => Ok(Retry { attempts }),
            _ => Err(Failure::usage(format!("{source} is no number of attempts: `{text}`"))
                .hint("give a whole number from 1, or leave it out")),
        }
    }

    /// The SDK's settings, without its quota of retries: on a bad connection, a transfer of thousands of requests would
    /// exhaust the quota although each request succeeds in the end.
    pub(crate) fn config(self) -> (RetryConfig, RetryPartition) {
        let config = RetryConfig::standard()
            .with_max_attempts(self.attempts)
            .with_initial_backoff(FIRST_PAUSE)
            .with_max_backoff(LONGEST_PAUSE);
        let without_quota =
            RetryPartition::custom("s3seal").token_bucket(TokenBucket::unlimited()).build();
        (config, without_quota)
    }

    /// The pauses between attempts that the SDK does not repeat itself.
    pub(crate) fn backoff(self) -> Backoff {
        Backoff { retry: self, failed: 0 }
    }
}

/// Pauses between attempts, longer each time.
#[derive(Debug)]
pub(crate) struct Backoff {
    retry: Retry,
    /// The number of consecutive failed attempts.
    failed: u32,
}

impl Backoff {
    /// Starts again with the shortest pause, after progress.
    pub(crate) fn reset(&mut self) {
        self.failed = 0;
    }

    /// Waits after a failed attempt. Returns false at once if it was the last one.
    pub(crate) async fn pause(&mut self) -> bool {
        self.failed += 1;
        if self.failed >= self.retry.attempts {
            return false;
        }
        tokio::time::sleep(longest_pause(self.failed).mul_f64(random())).await;
        true
    }
}

fn longest_pause(failed: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << (failed - 1).min(16)).min(LONGEST_PAUSE)
}

/// At least 0 and less than 1.
fn random() -> f64 {
    // Without random numbers, the longest pause is used.
    SysRng.try_next_u32().map_or(1.0, |drawn| f64::from(drawn) / (f64::from(u32::MAX) + 1.0))
}

/// Decides on retries that the SDK's own classifiers do not cover.
#[derive(Debug)]
pub(super) struct Transient;

impl ClassifyRetry for Transient {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = match context.output_or_error() {
            Some(Err(error)) => error,
            _ => return RetryAction::NoActionIndicated,
        };
        if error.as_connector_error().is_some_and(|error| refusal::is_permanent(error)) {
            return RetryAction::RetryForbidden;
        }
        if refusal::is_too_long(error) {
            return RetryAction::RetryForbidden;
        }
        context.response().map_or(RetryAction::NoActionIndicated, by_status)
    }

    fn name(&self) -> &'static str {
        "Transient"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::http_status_code_classifier())
    }
}

fn by_status(answer: &HttpResponse) -> RetryAction {
    let kind = match answer.status().as_u16() {
        429 => ErrorKind::ThrottlingError,
        501 => return RetryAction::RetryForbidden,
        500.. => ErrorKind::TransientError,
        _ => return RetryAction::NoActionIndicated,
    };
    // RFC 9110 section 10.2.3: seconds; a date is left alone.
    let seconds = answer.headers().get("retry-after").and_then(|text| text.trim().parse().ok());
    let retry_after = seconds.map(Duration::from_secs);
    RetryAction::RetryIndicated(RetryReason::RetryableError { kind, retry_after })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit() {
        let pauses: Vec<_> =
            [1, 2, 3, 8, 40].map(longest_pause).iter().map(Duration::as_millis).collect();
        assert_eq!(pauses, [200, 400, 800, 20_000, 20_000]);
        assert!((0..1000).map(|_| random()).all(|drawn| (0.0..1.0).contains(&drawn)));
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_are_counted_from_the_last_success() {
        let mut backoff = Retry { attempts: 3 }.backoff();
        assert!(backoff.pause().await && backoff.pause().await);
        backoff.reset();
        assert!(backoff.pause().await && backoff.pause().await);
        assert!(!backoff.pause().await);
        assert!(!Retry { attempts: 1 }.backoff().pause().await);
    }
}
