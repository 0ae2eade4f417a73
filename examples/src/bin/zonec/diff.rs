//! `zonec diff`.

use std::path::PathBuf;

use service::console::{Console, grouped};
use service::files::write_whole;
use service::published::Edition;
use zone_store::Delta;

use crate::build::refuse_as_output;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  zonec diff old.img new.img -o change.delta && zonec log change.delta"
)]
pub(crate) struct Arguments {
    /// The image that there is.
    old: PathBuf,
    /// The image that there shall be.
    new: PathBuf,
    /// Where the delta goes.
    #[arg(short, long, value_name = "DELTA")]
    output: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    refuse_as_output(&arguments.output, &[arguments.old.clone(), arguments.new.clone()])?;
    let (old, new) = (Edition::open(&arguments.old)?, Edition::open(&arguments.new)?);
    let delta = Delta::between(&*old.image, &*new.image)
        .map_err(|error| format!("the images cannot be compared: {error}"))?;
    let octets = delta.to_bytes();
    write_whole(&arguments.output, &octets)?;
    let console = Console::new(false);
    let path = arguments.output.display();
    console.title(&format!("{path}  {} bytes", grouped(octets.len() as u64)));
    console.aside(format!("from {:032x} to {:032x}", delta.base(), delta.result()));
    Ok(())
}
