//! Threads, where the caller brings some: this crate starts none.

use alloc::boxed::Box;
use alloc::vec::Vec;

/// A piece of work.
pub type Job<'j> = Box<dyn FnOnce() + Send + 'j>;

/// Who runs pieces of work: a scope of threads, a pool, or [`Alone`].
///
/// ```
/// use zone_store::{Compiler, Job, Workers};
///
/// struct Threads(usize);
/// impl Workers for Threads {
///     fn count(&self) -> usize {
///         self.0
///     }
///     fn run(&self, jobs: Vec<Job<'_>>) {
///         std::thread::scope(|scope| {
///             for job in jobs {
///                 scope.spawn(job);
///             }
///         });
///     }
/// }
///
/// let alone = Compiler::default().finish().unwrap();
/// let together = Compiler::default().finish_with(&Threads(2), &mut |_| ()).unwrap();
/// assert_eq!(alone.image, together.image, "whatever the number of threads");
/// ```
pub trait Workers {
    /// How many pieces can run at the same time. Work is cut into as many, at least 1.
    fn count(&self) -> usize;
    /// Runs all jobs, in any order or at the same time, and returns when all of them are done.
    fn run(&self, jobs: Vec<Job<'_>>);
}

/// The calling thread, one job after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alone;

impl Workers for Alone {
    fn count(&self) -> usize {
        1
    }

    fn run(&self, jobs: Vec<Job<'_>>) {
        for job in jobs {
            job();
        }
    }
}

/// Works on each input, and gives back what came of them in their order. `None` when the workers left a job out.
pub(crate) fn map<I: Send, T: Send>(
    workers: &dyn Workers,
    inputs: Vec<I>,
    work: impl Fn(I) -> T + Sync,
) -> Option<Vec<T>> {
    let mut done: Vec<Option<T>> = inputs.iter().map(|_| None).collect();
    let work = &work;
    let jobs = inputs
        .into_iter()
        .zip(&mut done)
        .map(|(input, slot)| -> Job<'_> { Box::new(move || *slot = Some(work(input))) });
    workers.run(jobs.collect());
    done.into_iter().collect()
}
