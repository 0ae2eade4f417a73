//! The five messages that the benches read, and the three that they write.

use dns_wire::edns::ClientSubnet;
use dns_wire::{Builder, Class, Flags, Header, NameBuf, RType, Rcode, Ttl, rdata};

/// A message and its name in the results.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) octets: Vec<u8>,
}

pub(crate) fn all() -> Vec<Sample> {
    vec![
        Sample { name: "query-ecs", octets: query_with_subnet() },
        Sample { name: "one-a", octets: one_address() },
        Sample { name: "referral", octets: referral() },
        Sample { name: "nxdomain-nsec3", octets: signed_nxdomain() },
        Sample { name: "dnskey", octets: dnskey() },
    ]
}

pub(crate) fn name(text: &str) -> NameBuf {
    text.parse().expect("a name")
}

pub(crate) fn subnet_option() -> Vec<u8> {
    let subnet =
        ClientSubnet::new("192.0.2.0".parse().expect("an address"), 24, 0).expect("a subnet");
    let mut option = [0; 32];
    let length = subnet.write(&mut option).expect("room");
    option[..length].to_vec()
}

/// 55 octets.
pub(crate) fn query_with_subnet() -> Vec<u8> {
    let mut buffer = [0; 512];
    let flags = Flags::default().with_recursion_desired(true);
    let mut questions =
        Builder::new(&mut buffer, Header { id: 1, flags, ..Header::default() }).expect("room");
    questions.push_question(name("www.example.com").as_name(), RType::A, Class::IN).expect("room");
    let mut additionals = questions.answers().additionals();
    additionals.push_opt(1232, Rcode::NOERROR, false, &subnet_option()).expect("room");
    additionals.finish().to_vec()
}

/// 60 octets.
pub(crate) fn one_address() -> Vec<u8> {
    let mut buffer = [0; 512];
    let owner = name("www.example.com");
    let flags = Flags::default().with_response(true).with_recursion_desired(true);
    let mut questions =
        Builder::new(&mut buffer, Header { id: 1, flags, ..Header::default() }).expect("room");
    questions.push_question(owner.as_name(), RType::A, Class::IN).expect("room");
    let mut answers = questions.answers();
    answers.push(owner.as_name(), RType::A, Class::IN, Ttl(300), &[192, 0, 2, 1]).expect("room");
    let mut additionals = answers.additionals();
    additionals.push_opt(1232, Rcode::NOERROR, false, &[]).expect("room");
    additionals.finish().to_vec()
}

/// The servers of the referral.
pub(crate) fn servers() -> Vec<NameBuf> {
    ('a'..='m').map(|letter| name(&format!("{letter}.gtld-servers.net"))).collect()
}

/// 840 octets: 13 NS, 13 A, 13 AAAA and OPT.
pub(crate) fn referral() -> Vec<u8> {
    let mut buffer = [0; 2048];
    let flags = Flags::default().with_response(true);
    let mut questions =
        Builder::new(&mut buffer, Header { id: 1, flags, ..Header::default() }).expect("room");
    questions.push_question(name("www.example.com").as_name(), RType::A, Class::IN).expect("room");
    let mut authorities = questions.answers().authorities();
    let servers = servers();
    for server in &servers {
        let rdata = server.as_name().as_wire();
        authorities
            .push(name("com").as_name(), RType::NS, Class::IN, Ttl(172_800), rdata)
            .expect("room");
    }
    let mut additionals = authorities.additionals();
    for (server, last) in servers.iter().zip(1u8..) {
        let v4 = [192, 5, 6, last];
        additionals.push(server.as_name(), RType::A, Class::IN, Ttl(172_800), &v4).expect("room");
        let v6 = [0x20, 1, 5, 3, 0xa8, 0x3e, 0, 0, 0, 0, 0, 0, 0, 2, 0, last];
        additionals
            .push(server.as_name(), RType::AAAA, Class::IN, Ttl(172_800), &v6)
            .expect("room");
    }
    additionals.push_opt(1232, Rcode::NOERROR, false, &[]).expect("room");
    additionals.finish().to_vec()
}

fn rdata_of(rtype: RType, text: &str) -> Vec<u8> {
    let mut wire = vec![0; 4096];
    let length =
        rdata::from_text(rtype, rdata::split(text.as_bytes()), None, &mut wire).expect("RDATA");
    wire.truncate(length);
    wire
}

/// SOA, three NSEC3 and four RRSIG with signatures of 256 octets.
pub(crate) fn signed_nxdomain() -> Vec<u8> {
    let mut buffer = [0; 4096];
    let flags = Flags::default().with_response(true).with_rcode(Rcode::NXDOMAIN);
    let mut questions =
        Builder::new(&mut buffer, Header { id: 1, flags, ..Header::default() }).expect("room");
    questions
        .push_question(name("nosuch.example.com").as_name(), RType::A, Class::IN)
        .expect("room");
    let mut authorities = questions.answers().authorities();
    let soa =
        rdata_of(RType::SOA, "ns1.example.com. hostmaster.example.com. 1 7200 3600 1209600 300");
    let zone = name("example.com");
    authorities.push(zone.as_name(), RType::SOA, Class::IN, Ttl(300), &soa).expect("room");
    let hashes = [
        "2t7b4g4vsa5smi47k61mv5bv1a22bojr",
        "35mthgpgcu1qg68fab165klnsnk3dpvl",
        "b4um86eghhds6nea196smvmlo4ors995",
    ];
    let mut owners = vec![(zone.clone(), "SOA")];
    for hash in hashes {
        let owner = name(&format!("{hash}.example.com"));
        let nsec3 =
            rdata_of(RType::NSEC3, &format!("1 0 0 - {hash} NS SOA MX RRSIG DNSKEY NSEC3PARAM"));
        authorities.push(owner.as_name(), RType::NSEC3, Class::IN, Ttl(300), &nsec3).expect("room");
        owners.push((owner, "NSEC3"));
    }
    for (owner, covered) in owners {
        let mut rrsig = rdata_of(
            RType::RRSIG,
            &format!("{covered} 8 2 300 20261201000000 20261101000000 12345 example.com. AA=="),
        );
        rrsig.pop();
        rrsig.extend((0..256u32).map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[0]));
        authorities.push(owner.as_name(), RType::RRSIG, Class::IN, Ttl(300), &rrsig).expect("room");
    }
    let mut additionals = authorities.additionals();
    additionals.push_opt(1232, Rcode::NOERROR, true, &[]).expect("room");
    additionals.finish().to_vec()
}

/// Three keys of 256 octets and their signature, at the root.
pub(crate) fn dnskey() -> Vec<u8> {
    let mut buffer = [0; 4096];
    let flags = Flags::default().with_response(true);
    let mut questions =
        Builder::new(&mut buffer, Header { id: 1, flags, ..Header::default() }).expect("room");
    let root = NameBuf::root();
    questions.push_question(root.as_name(), RType::DNSKEY, Class::IN).expect("room");
    let mut answers = questions.answers();
    let octets = |salt: u32| {
        (0..256u32).map(move |at| (at ^ salt).wrapping_mul(2_654_435_761).to_be_bytes()[0])
    };
    for (flags, salt) in [(257u16, 1), (256, 2), (256, 3)] {
        let mut key = flags.to_be_bytes().to_vec();
        key.extend([3, 8]);
        key.extend(octets(salt));
        answers.push(root.as_name(), RType::DNSKEY, Class::IN, Ttl(172_800), &key).expect("room");
    }
    let mut rrsig =
        rdata_of(RType::RRSIG, "DNSKEY 8 0 172800 20261201000000 20261101000000 20326 . AA==");
    rrsig.pop();
    rrsig.extend(octets(4));
    answers.push(root.as_name(), RType::RRSIG, Class::IN, Ttl(172_800), &rrsig).expect("room");
    let mut additionals = answers.additionals();
    additionals.push_opt(1232, Rcode::NOERROR, true, &[]).expect("room");
    additionals.finish().to_vec()
}
