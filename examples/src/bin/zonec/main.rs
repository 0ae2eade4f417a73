//! `zonec`: build, verify, dump and query images.

mod apply;
mod bench;
mod build;
mod diff;
mod dump;
mod log;
mod query;
mod selftest;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use service::console::end;

/// Build images of zones and client maps, tell them apart, and look into them.
#[derive(Debug, Parser)]
#[command(
    name = "zonec",
    version,
    after_help = "Examples:\n  zonec build -o site.img example.com.zone www.data clients.map\n  zonec diff old.img new.img -o change.delta\n  zonec query site.img www.example.com A --ecs 198.51.100.0/24\n\nExit status: 0 done, 1 bad input or image, 2 bad command line."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compile sources into one image; nothing is written unless all of them are good.
    Build(build::Arguments),
    /// Say how long each stage of a build takes, on one thread and on all.
    Bench(bench::Arguments),
    /// Ask for clients at every border of every map, by resolver and by client subnet, and check the answers.
    Selftest(selftest::Arguments),
    /// Write what leads from one image to another.
    Diff(diff::Arguments),
    /// Make the new image from the old one and a delta.
    Apply(apply::Arguments),
    /// Say what a delta changes: records, and which clients move where.
    Log(log::Arguments),
    /// Check all of an image and say what is in it.
    Verify(verify::Arguments),
    /// Print all that is in an image: records as in a master file, then bindings and maps.
    Dump(dump::Arguments),
    /// Answer a question from an image file, as a server of it would.
    Query(query::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Build(arguments) => build::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Selftest(arguments) => selftest::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Apply(arguments) => apply::run(&arguments),
        Command::Log(arguments) => log::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Dump(arguments) => dump::run(&arguments),
        Command::Query(arguments) => query::run(&arguments),
    };
    end(done)
}
