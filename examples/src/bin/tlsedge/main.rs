//! `tlsedge`: a TLS edge. The client's TCP and TLS round trips end here, near to it; the request goes on over a
//! connection to the origin that is already open.
//!
//! | file | idea |
//! |---|---|
//! | `serve` | the program: files and flags in, a server until told to stop |
//! | `edge` | connections: accept, limit, shake hands, drain |
//! | `forward` | one request: to the origin and back, or an answer of our own |
//! | `fields` | what an intermediary takes from a message's fields and adds to them |
//! | `progress` | a body that tells when it last moved, for the time-out |
//! | `silence` | a connection that ends when nothing moves on it |
//! | `origin` | connections to the origin, kept open |
//! | `outgoing` | a request as the origin's protocol wants it |
//! | `tickets` | session tickets that every edge of a fleet can open |
//! | `identity` | certificates, keys and trust, from files |
//! | `counters` | what was done, told at the end |
//! | `show` | all of it on loopback over slow links, measured beside the model |

mod counters;
mod edge;
mod fields;
mod forward;
mod identity;
mod origin;
mod outgoing;
mod progress;
mod serve;
mod show;

mod silence;
mod tickets;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use service::console::end;

/// End TLS near the clients and speak to the origin over connections that are already open.
#[derive(Debug, Parser)]
#[command(
    name = "tlsedge",
    version,
    after_help = "Examples:\n  tlsedge show\n  tlsedge serve --listen 127.0.0.1:8443 --origin https://origin.example --cert chain.pem --key key.pem\n\nExit status: 0 done, 1 something cannot be used or reached, 2 bad command line."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve as an edge of one origin.
    Serve(Box<serve::Arguments>),
    /// Measure on loopback, over links of given round trips, what an edge saves, beside the model.
    Show(show::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Show(arguments) => show::run(&arguments),
    };
    end(done)
}
