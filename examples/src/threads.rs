//! Threads for the work that the crates cut into pieces.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::thread;

use zone_store::{Job, Workers};

/// As many threads, for as long as there is work.
#[derive(Clone, Copy, Debug)]
pub struct Threads(pub NonZeroUsize);

impl Threads {
    /// One for each processor.
    pub fn of_machine() -> Self {
        Self(thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
    }
}

impl Workers for Threads {
    fn count(&self) -> usize {
        self.0.get()
    }

    fn run(&self, jobs: Vec<Job<'_>>) {
        let count = self.count().min(jobs.len());
        let queue = Mutex::new(VecDeque::from(jobs));
        let work = || {
            loop {
                // A lock is only held to take a job, which cannot panic.
                let job = queue.lock().ok().and_then(|mut queue| queue.pop_front());
                match job {
                    Some(job) => job(),
                    None => break,
                }
            }
        };
        thread::scope(|scope| {
            for _ in 1..count {
                scope.spawn(work);
            }
            work();
        });
    }
}
