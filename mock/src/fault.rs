//! Faults injected at random, with a probability; the same seed injects the same faults.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest;

use crate::answer::{Answer, Tampering};
use crate::request_log::RequestRecord;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// 503 `SlowDown`; nothing takes effect.
    SlowDown,
    /// 500 `InternalError`; nothing takes effect.
    InternalError,
    /// The connection is dropped without an answer; nothing takes effect.
    Reset,
    /// The request takes effect, then the connection is dropped without an answer.
    LostAnswer,
    /// The answer's body ends early, at any byte; its `Content-Length` stays whole. Answers without a body stay whole.
    Cut,
    /// A bit of the answer's body is flipped. Answers without a body stay whole.
    Corrupt,
    /// A ranged GET is served a range that lies one byte off, and says so in `Content-Range`.
    WrongRange,
    /// The request waits for up to a second.
    Delay,
}

impl FaultKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: &'static [Self] = &[
        Self::SlowDown,
        Self::InternalError,
        Self::Reset,
        Self::LostAnswer,
        Self::Cut,
        Self::Corrupt,
        Self::WrongRange,
        Self::Delay,
    ];

    /// The name used on command lines and in the log file.
    pub fn name(self) -> &'static str {
        match self {
            Self::SlowDown => "slow-down",
            Self::InternalError => "internal-error",
            Self::Reset => "reset",
            Self::LostAnswer => "lost-answer",
            Self::Cut => "cut",
            Self::Corrupt => "corrupt",
            Self::WrongRange => "wrong-range",
            Self::Delay => "delay",
        }
    }
}

/// A kind of fault and its probability. Its text form is `KIND=PROBABILITY[@OPERATION]`.
///
/// ```
/// let fault: s3seal_mock::Fault = "slow-down=0.1@UploadPart".parse()?;
/// assert_eq!(fault.to_string(), "slow-down=0.1@UploadPart");
/// # Ok::<(), s3seal_mock::UnknownFault>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    kind: FaultKind,
    /// 0 to 1.
    probability: f64,
    /// The S3 API's name; `None` for every operation.
    operation: Option<String>,
}

impl Fault {
    /// A fault on every operation.
    ///
    /// # Errors
    /// The probability is not within 0 and 1.
    pub fn new(kind: FaultKind, probability: f64) -> Result<Self, UnknownFault> {
        if (0.0..=1.0).contains(&probability) {
            return Ok(Self { kind, probability, operation: None });
        }
        Err(UnknownFault(format!("the probability {probability} is not within 0 and 1")))
    }

    /// A fault on one operation only, named as in the S3 API, such as `"UploadPart"`.
    #[must_use]
    pub fn on(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    fn concerns(&self, request: &RequestRecord) -> bool {
        let ranged = request.operation == "GetObject" && request.header("range").is_some();
        self.operation.as_deref().is_none_or(|operation| operation == request.operation)
            && (self.kind != FaultKind::WrongRange || ranged)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.kind.name(), self.probability)?;
        self.operation.as_ref().map_or(Ok(()), |operation| write!(f, "@{operation}"))
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let form = || UnknownFault(format!("{text:?} is not KIND=PROBABILITY[@OPERATION]"));
        let (name, rest) = text.split_once('=').ok_or_else(form)?;
        let (probability, operation) = match rest.split_once('@') {
            Some((probability, operation)) => (probability, Some(operation)),
            None => (rest, None),
        };
        let kind = FaultKind::ALL.iter().copied().find(|kind| kind.name() == name);
        let kind = kind.ok_or_else(|| {
            let names: Vec<_> = FaultKind::ALL.iter().map(|kind| kind.name()).collect();
            UnknownFault(format!("unknown fault {name:?}: one of {}", names.join(", ")))
        })?;
        let fault = Self::new(kind, probability.parse().map_err(|_| form())?)?;
        match operation {
            None => Ok(fault),
            // A typing error would make a run without faults look like a pass.
            Some(operation) if crate::route::is_operation(operation) => Ok(fault.on(operation)),
            Some(operation) => Err(UnknownFault(format!(
                "unknown operation {operation:?}: name it as the S3 API does, such as UploadPart"
            ))),
        }
    }
}

/// The text is no [`Fault`]; the message says why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault(String);

impl fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UnknownFault {}

/// A fault for one request.
pub(crate) struct ChosenFault {
    pub(crate) kind: FaultKind,
    /// 0 to 1: where to cut, how long to wait.
    place: f64,
}

impl ChosenFault {
    /// What is answered instead of handling the request, if anything.
    pub(crate) fn answer(&self) -> Option<Answer> {
        match self.kind {
            FaultKind::SlowDown => {
                Some(Answer::error(503, "SlowDown", "Please reduce your request rate."))
            }
            FaultKind::InternalError => Some(Answer::error(
                500,
                "InternalError",
                "We encountered an internal error. Please try again.",
            )),
            FaultKind::Reset => Some(Answer::Reset),
            _ => None,
        }
    }

    pub(crate) fn shifts_range(&self) -> bool {
        self.kind == FaultKind::WrongRange
    }

    pub(crate) fn delay(&self) -> Duration {
        match self.kind {
            FaultKind::Delay => Duration::from_secs_f64(self.place),
            _ => Duration::ZERO,
        }
    }

    /// What happens to an answer whose body has `len` bytes.
    pub(crate) fn tampering(&self, tampering: Tampering, len: Option<u64>) -> Tampering {
        let len = len.unwrap_or(0);
        let at = ((len as f64 * self.place) as u64).min(len.saturating_sub(1));
        match self.kind {
            FaultKind::LostAnswer => tampering.then_reset(),
            FaultKind::Cut if len > 0 => tampering.cut_body_after(at),
            FaultKind::Corrupt if len > 0 => tampering.flip_bit_at(at),
            _ => tampering,
        }
    }
}

/// How many different requests are counted before the counts are reset.
const MAX_COUNTED: usize = 1_000_000;

/// Decides which requests get a fault, from the seed, the request, and how often the same request came before. The
/// order of arrival does not matter, so concurrency does not change a run.
pub(crate) struct Faults {
    /// Those of the start.
    initial: (u64, Vec<Fault>),
    state: Mutex<State>,
}

struct State {
    seed: u64,
    faults: Vec<Fault>,
    /// How often each request came.
    counts: HashMap<[u8; 16], u64>,
}

impl Faults {
    pub(crate) fn new(seed: u64, faults: Vec<Fault>) -> Self {
        let state = State { seed, faults: faults.clone(), counts: HashMap::new() };
        Self { initial: (seed, faults), state: Mutex::new(state) }
    }

    /// The seed and the faults.
    pub(crate) fn current(&self) -> (u64, Vec<Fault>) {
        let state = self.lock();
        (state.seed, state.faults.clone())
    }

    /// Injects these faults from now on, as if no request had come yet. Without a seed, it stays.
    pub(crate) fn replace(&self, seed: Option<u64>, faults: Vec<Fault>) {
        let mut state = self.lock();
        let seed = seed.unwrap_or(state.seed);
        *state = State { seed, faults, counts: HashMap::new() };
    }

    /// Injects the faults of the start again.
    pub(crate) fn reset(&self) {
        let (seed, faults) = self.initial.clone();
        self.replace(Some(seed), faults);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn choose(&self, request: &RequestRecord) -> Option<ChosenFault> {
        let mut state = self.lock();
        if state.faults.is_empty() {
            return None;
        }
        let identity = identity(request);
        let count = state.count(&identity);
        state.faults.iter().filter(|fault| fault.concerns(request)).find_map(|fault| {
            let (whether, place) = state.draw(fault.kind, &identity, count);
            (whether < fault.probability).then_some(ChosenFault { kind: fault.kind, place })
        })
    }
}

impl State {
    fn count(&mut self, identity: &[u8]) -> u64 {
        let digest = digest::digest(&digest::SHA256, identity);
        let mut name = [0; 16];
        name.copy_from_slice(&digest.as_ref()[..16]);
        if self.counts.len() >= MAX_COUNTED {
            self.counts.clear();
        }
        let count = self.counts.entry(name).or_default();
        *count += 1;
        *count
    }

    /// Two numbers of at least 0 and less than 1.
    fn draw(&self, kind: FaultKind, identity: &[u8], count: u64) -> (f64, f64) {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(&self.seed.to_be_bytes());
        context.update(&count.to_be_bytes());
        context.update(kind.name().as_bytes());
        context.update(&[0]);
        context.update(identity);
        let digest = context.finish();
        let number = |bytes: &[u8]| {
            let whole = bytes.iter().fold(0_u64, |whole, byte| whole << 8 | u64::from(*byte));
            // 53 bits are what a double holds exactly.
            (whole >> 11) as f64 / (1_u64 << 53) as f64
        };
        (number(&digest.as_ref()[..8]), number(&digest.as_ref()[8..16]))
    }
}

/// What a request asks for, without what differs between two runs: upload ids, version ids, signatures and times.
fn identity(request: &RequestRecord) -> Vec<u8> {
    let part = request.query_param("partNumber");
    let prefix = request.query_param("prefix");
    let fields = [
        Some(request.operation),
        request.bucket.as_deref(),
        request.key.as_deref(),
        part.as_deref(),
        prefix.as_deref(),
        request.header("range"),
    ];
    let mut identity = Vec::new();
    for field in fields {
        identity.extend_from_slice(field.unwrap_or_default().as_bytes());
        identity.push(0);
    }
    identity
}
