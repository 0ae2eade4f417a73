//! Ctrl-C and SIGHUP as flags that loops look at.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a person at the keyboard, or a service manager, asks of a running program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// SIGHUP: read the image again.
    Reload,
    /// SIGINT or SIGTERM: finish and exit.
    Stop,
}

/// Requests from now on: none is lost between this and [`Requests::each`].
#[derive(Debug)]
pub struct Requests(Signals);

impl Requests {
    /// Installs the handlers.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn listen() -> Result<Self, String> {
        Signals::new([SIGHUP, SIGINT, SIGTERM])
            .map(Self)
            .map_err(|error| format!("cannot listen for signals: {error}"))
    }

    /// Hands each request to `act`, until a [`Request::Stop`], which is handed over too.
    pub fn each(mut self, mut act: impl FnMut(Request)) {
        for signal in self.0.forever() {
            if signal == SIGHUP {
                act(Request::Reload);
            } else {
                return act(Request::Stop);
            }
        }
    }
}

/// A flag that Ctrl-C, SIGTERM or a closed terminal sets.
///
/// # Errors
/// When the handlers cannot be installed.
pub fn stop_flag() -> io::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&flag))?;
    }
    Ok(flag)
}

/// True once `flag` is set.
pub fn stopped(flag: &AtomicBool) -> bool {
    flag.load(Ordering::Relaxed)
}
