//! `zonec apply`.

use std::path::PathBuf;
use std::slice;

use service::console::{Console, grouped};
use service::files::{read_source, write_whole};
use service::published::Edition;
use zone_store::Delta;

use crate::build::refuse_as_output;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  zonec apply old.img change.delta -o new.img")]
pub(crate) struct Arguments {
    /// The image that the delta was made for.
    #[arg(value_name = "OLD")]
    image: PathBuf,
    /// The delta.
    delta: PathBuf,
    /// Where the new image goes: written whole, then renamed into place. May be the old one.
    #[arg(short, long, value_name = "NEW")]
    output: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    refuse_as_output(&arguments.output, slice::from_ref(&arguments.delta))?;
    let octets = read_source(&arguments.delta)?;
    let refuse = |error| format!("{} is refused: {error}", arguments.delta.display());
    let delta = Delta::read(&octets).map_err(refuse)?;
    let base = Edition::open(&arguments.image)?;
    let image = delta.apply(&*base.image).map_err(refuse)?;
    write_whole(&arguments.output, image.as_bytes())?;
    let console = Console::new(false);
    let (path, len) = (arguments.output.display(), image.as_bytes().len());
    console.title(&format!("{path}  {} bytes", grouped(len as u64)));
    console.aside(format!("digest {:032x}", image.digest()));
    Ok(())
}
