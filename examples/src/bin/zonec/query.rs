//! `zonec query`.

use std::net::IpAddr;
use std::path::PathBuf;

use dns_wire::edns::ClientSubnet;
use dns_wire::{NameBuf, RType};
use service::console::{print, print_json};
use service::dns_client::{QUERY_MAX, Question};
use service::files::read_source;
use service::published::Edition;
use service::show::{Reply, like_dig};
use zone_store::{Client, Delta, Policy, Transport};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  zonec query site.img www.example.com A --ecs 198.51.100.0/24\n  zonec query site.img www.example.com AAAA --resolver 203.0.113.53 --json"
)]
pub(crate) struct Arguments {
    /// The image.
    image: PathBuf,
    /// The name; absolute, with or without the last dot.
    name: String,
    /// The type, such as A, MX or TYPE65280.
    #[arg(value_name = "TYPE", default_value = "A")]
    qtype: String,
    /// The address that the question comes from.
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    resolver: IpAddr,
    /// The client subnet that the resolver sends along (RFC 7871), such as 198.51.100.0/24.
    #[arg(long, value_name = "PREFIX")]
    ecs: Option<String>,
    /// Ask for signatures (the DO bit).
    #[arg(long = "do")]
    dnssec_ok: bool,
    /// Ask as over TCP: no limit of 1232 octets.
    #[arg(long)]
    tcp: bool,
    /// The random word for weighted choices: the same seed gives the same answer.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How many addresses of a weighted set go into the answer.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    max_weighted: u8,
    /// Ask the image as this delta makes it look.
    #[arg(long, value_name = "DELTA")]
    delta: Option<PathBuf>,
    /// Print the reply as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let question = question(arguments)?;
    let mut edition = Edition::open(&arguments.image)?;
    if let Some(path) = &arguments.delta {
        let octets = read_source(path)?;
        let refuse = |error| format!("{} is refused: {error}", path.display());
        let delta = Delta::read(&octets).map_err(refuse)?;
        edition = Edition::changed(edition.image, &delta).map_err(refuse)?;
    }
    let seed = arguments.seed.unwrap_or_else(rand::random);
    let mut query = [0; QUERY_MAX];
    // An id from the seed too, so that the same command prints the same reply.
    let id = seed.to_le_bytes();
    let query = question
        .write(u16::from_le_bytes([id[0], id[1]]), &mut query)
        .map_err(|_| "the question does not fit into a query".to_owned())?;
    let client = Client {
        address: arguments.resolver,
        transport: if arguments.tcp { Transport::Stream } else { Transport::Datagram },
        ..Client::default()
    };
    let policy = Policy { max_weighted: arguments.max_weighted, ..Policy::default() };
    let mut out = vec![0; usize::from(u16::MAX)];
    let answered = edition
        .answer(query, &client, &policy, seed, &mut out)
        .map_err(|dropped| format!("a server would not reply: {dropped}"))?;
    let reply = &out[..answered.len];
    let malformed = |error| format!("the reply is malformed, which is a defect of ours: {error}");
    if arguments.json {
        return print_json(&Reply::read(reply).map_err(malformed)?, false);
    }
    print(like_dig(reply).map_err(malformed)?)
}

fn question(arguments: &Arguments) -> Result<Question, String> {
    let root = NameBuf::default();
    let name = NameBuf::from_text(arguments.name.as_bytes(), Some(root.as_name()))
        .map_err(|error| format!("'{}' is not a name: {}", arguments.name, error.kind))?;
    let qtype: RType = arguments.qtype.to_ascii_uppercase().parse().map_err(|_| {
        format!(
            "'{}' is not a type\n  hint: a mnemonic such as AAAA, or TYPE and a number",
            arguments.qtype
        )
    })?;
    let client_subnet = arguments.ecs.as_deref().map(subnet).transpose()?;
    Ok(Question { name, qtype, client_subnet, dnssec_ok: arguments.dnssec_ok })
}

/// `ADDRESS/LENGTH`, or an address, which is told as resolvers do: 24 bits of IPv4, 56 of IPv6.
fn subnet(text: &str) -> Result<ClientSubnet, String> {
    let wrong = || format!("'{text}' is not a client subnet\n  hint: such as 198.51.100.0/24");
    let (address, source) = match text.split_once('/') {
        Some((address, len)) => (address, Some(len.parse().map_err(|_| wrong())?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let source = source.unwrap_or(if address.is_ipv4() { 24 } else { 56 });
    ClientSubnet::new(address, source, 0).ok_or_else(wrong)
}
