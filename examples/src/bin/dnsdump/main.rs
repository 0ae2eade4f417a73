//! `dnsdump`: reads DNS messages and prints them like dig or as JSON; checks RDATA for scripts.

mod batch;
mod capture;
mod input;
mod json;
mod streams;
mod text;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use service::console::complain;

use crate::input::Encoding;

/// Read DNS messages (raw, hex, base64 or a packet capture) and print them.
#[derive(Debug, Parser)]
#[command(
    name = "dnsdump",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  dnsdump capture.pcap\n  dnsdump --json --as hex messages.txt\n  \
                  printf 'MX\\ttext\\t10 mx.example.\\n' | dnsdump rdata --batch\n\n\
                  The exit status is 1 when any input was bad, and what was good is printed all the same."
)]
struct Arguments {
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
    /// How messages are written; told from the content unless given. Hex and base64 hold one message a line.
    #[arg(long = "as", value_name = "ENCODING")]
    encoding: Option<Encoding>,
    /// Files to read; standard input when there is none, or for `-`.
    files: Vec<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check RDATA: lines `TYPE<TAB>text<TAB>RDATA` or `TYPE<TAB>hex<TAB>RDATA` in, `ok<TAB>hex<TAB>text` or
    /// `error<TAB>reason` out.
    Rdata {
        /// Read lines from standard input.
        #[arg(long, conflicts_with = "line")]
        batch: bool,
        /// TYPE, `text` or `hex`, and the RDATA.
        #[arg(required_unless_present = "batch", num_args = 3, value_names = ["TYPE", "FORM", "RDATA"])]
        line: Vec<String>,
    },
    /// Check messages: hex in, `ok<TAB>JSON` or `error<TAB>reason` out.
    Message {
        /// Read a message a line from standard input.
        #[arg(long, conflicts_with = "hex")]
        batch: bool,
        /// A message in hexadecimal.
        #[arg(required_unless_present = "batch")]
        hex: Option<String>,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        Some(Command::Rdata { batch: true, .. }) => batch::lines(batch::rdata),
        Some(Command::Rdata { line, .. }) => batch::one(&batch::rdata(&line.join("\t"))),
        Some(Command::Message { batch: true, .. }) => batch::lines(batch::message),
        Some(Command::Message { hex, .. }) => {
            batch::one(&batch::message(hex.as_deref().unwrap_or("")))
        }
        None => dump(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Whoever reads has had enough: `dnsdump ... | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(error);
            ExitCode::FAILURE
        }
    }
}

/// Prints all messages of all files; `false` when one was bad.
fn dump(arguments: &Arguments) -> io::Result<bool> {
    let standard_input = [PathBuf::from("-")];
    let files = if arguments.files.is_empty() { &standard_input[..] } else { &arguments.files };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut good = true;
    for file in files {
        let octets = match read(file) {
            Ok(octets) => octets,
            Err(error) => {
                good = false;
                out.flush()?;
                complain(error);
                continue;
            }
        };
        for message in input::messages(&octets, arguments.encoding) {
            let printed = message.and_then(|found| {
                let shown = if arguments.json {
                    json::message(&found.octets)
                } else {
                    text::message(&found)
                };
                shown.map_err(|error| match found.from {
                    Some(from) => format!("{from}: {error}"),
                    None => error.to_string(),
                })
            });
            match printed {
                Ok(text) => writeln!(out, "{text}")?,
                Err(reason) => {
                    good = false;
                    out.flush()?;
                    complain(format!("{}: {reason}", file.display()));
                }
            }
        }
    }
    out.flush()?;
    Ok(good)
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut octets = Vec::new();
        io::stdin().lock().read_to_end(&mut octets)?;
        return Ok(octets);
    }
    std::fs::read(file)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))
}
