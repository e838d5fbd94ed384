//! A server that holds a request, so that a program can be stopped at a moment of one's choice.

use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use s3seal_mock::Builder;

use super::{MIB, count};
use crate::harness::{Lab, PROGRAM};

/// Longer than anything here takes: whoever waits so long waits for ever.
const PATIENCE: Duration = Duration::from_secs(50);

/// Holds the request of an operation that comes after the first few, until it is dropped.
pub(super) struct Gate {
    operation: &'static str,
    arrived: mpsc::Receiver<()>,
    hold: mpsc::Sender<()>,
}

impl Gate {
    /// Waits until a request is held.
    pub(super) fn wait(&self) {
        self.arrived.recv_timeout(PATIENCE).expect("a request arrives");
    }

    /// Lets go of the one request that is held, whose sender is dead, and forgets what was requested.
    pub(super) fn open(self, lab: &Lab) {
        let before = count(lab, self.operation);
        drop(self.hold);
        until(|| count(lab, self.operation) > before);
        lab.server().clear_requests();
    }
}

fn gated(server: Builder, operation: &'static str, let_through: usize) -> (Builder, Gate) {
    let (tell, arrived) = mpsc::channel();
    let (hold, wait) = mpsc::channel::<()>();
    let (wait, count) = (Mutex::new(wait), AtomicUsize::new(0));
    let server = server.interceptor(move |request| {
        // Ranges arrive in any order: the one that begins behind the first few is held.
        let start = format!("bytes={}-", let_through * 5 * MIB);
        let is_it = |range: &str| range.starts_with(&start);
        let is_held = request.operation == operation
            && match operation {
                "GetObject" => {
                    request.header("range").is_some_and(is_it)
                        && count.fetch_add(1, Ordering::SeqCst) == 0
                }
                _ => count.fetch_add(1, Ordering::SeqCst) == let_through,
            };
        if is_held && tell.send(()).is_ok() {
            // An error means that the gate is open. The server has other connections to serve meanwhile.
            let _ = tokio::task::block_in_place(|| wait.lock().unwrap().recv());
        }
        None
    });
    (server, Gate { operation, arrived, hold })
}

pub(super) fn gated_lab(operation: &'static str, let_through: usize) -> (Lab, Gate) {
    let mut gate = None;
    let lab = Lab::with(|server| {
        let (server, its_gate) = gated(server, operation, let_through);
        gate = Some(its_gate);
        server
    });
    lab.key("k");
    (lab, gate.unwrap())
}

/// Waits until it is so.
#[track_caller]
pub(super) fn until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it never comes to that");
        std::thread::yield_now();
    }
}

pub(super) fn signal(child: &Child, name: &str) {
    let kill = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
}

/// Waits for a program that might hang.
pub(super) fn ended(child: Child) -> Output {
    let (sender, receiver) = mpsc::channel();
    let id = child.id().to_string();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    receiver.recv_timeout(PATIENCE).map_or_else(
        |_| {
            let _ = Command::new("kill").args(["-KILL", &id]).status();
            panic!("the program does not end");
        },
        |output| output.expect("the program ends"),
    )
}

pub(super) fn spawned(lab: &Lab, arguments: &[&str]) -> Child {
    // Whoever runs the tests may have been started with hangups ignored.
    let mut env = lab.prepared(Command::new("env"));
    env.args(["--default-signal=HUP", PROGRAM]).args(arguments);
    env.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}
