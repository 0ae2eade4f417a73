//! The same messages through peers, to the same sum (see `walks`).

use crate::walks::{Walk, address, raw_option, run, wide};

/// Each peer, and the messages whose sum it cannot give because its model lacks a type of them.
pub(crate) const PEERS: [(&str, Walk, &[&str]); 4] = [
    ("domain", domain, &[]),
    ("domain-new", domain_new, &[]),
    // NSEC3 is octets to it, so it has less to do there.
    ("simple-dns", simple_dns, &["nxdomain-nsec3"]),
    ("hickory-proto", hickory, &[]),
];

/// hickory-proto: decodes the whole message into owned values.
fn hickory(octets: &[u8]) -> u64 {
    use hickory_proto::dnssec::PublicKey;
    use hickory_proto::dnssec::rdata::DNSSECRData;
    use hickory_proto::rr::rdata::opt::EdnsOption;
    use hickory_proto::rr::{Name, RData};
    let name = |name: &Name| name.iter().map(run).sum::<u64>();
    let message = hickory_proto::op::Message::from_vec(octets).expect("a message");
    let mut total = 0u64;
    for query in &message.queries {
        total += name(query.name())
            + u64::from(u16::from(query.query_type()))
            + u64::from(u16::from(query.query_class()));
    }
    for record in message.all_sections() {
        total += name(&record.name)
            + u64::from(u16::from(record.record_type()))
            + u64::from(u16::from(record.dns_class))
            + u64::from(record.ttl);
        total = total.wrapping_add(match &record.data {
            RData::A(a) => u64::from(u32::from(a.0)),
            RData::AAAA(aaaa) => wide(u128::from(aaaa.0)),
            RData::NS(ns) => name(&ns.0),
            RData::SOA(soa) => {
                name(&soa.mname)
                    + name(&soa.rname)
                    + u64::from(soa.serial)
                    + soa.refresh as u64
                    + soa.retry as u64
                    + soa.expire as u64
                    + u64::from(soa.minimum)
            }
            RData::DNSSEC(DNSSECRData::RRSIG(rrsig)) => {
                let input = rrsig.input();
                u64::from(u16::from(input.type_covered))
                    + u64::from(u8::from(input.algorithm))
                    + u64::from(input.num_labels)
                    + u64::from(input.original_ttl)
                    + u64::from(input.sig_expiration.get())
                    + u64::from(input.sig_inception.get())
                    + u64::from(input.key_tag)
                    + name(&input.signer_name)
                    + run(rrsig.sig())
            }
            RData::DNSSEC(DNSSECRData::DNSKEY(key)) => {
                // The protocol is always 3, and not kept.
                u64::from(key.flags())
                    + 3
                    + u64::from(u8::from(key.public_key().algorithm()))
                    + run(key.public_key().public_bytes())
            }
            RData::DNSSEC(DNSSECRData::NSEC3(nsec3)) => {
                u64::from(u8::from(nsec3.hash_algorithm()))
                    + u64::from(nsec3.flags())
                    + u64::from(nsec3.iterations())
                    + run(nsec3.salt())
                    + run(nsec3.next_hashed_owner_name())
                    + nsec3.type_bit_maps().map(|rtype| u64::from(u16::from(rtype))).sum::<u64>()
            }
            other => panic!("{other:?} is in none of the messages"),
        });
    }
    if let Some(edns) = &message.edns {
        total += 41 + u64::from(edns.max_payload());
        for (code, option) in &edns.options().options {
            total += u64::from(u16::from(*code));
            total = total.wrapping_add(match option {
                EdnsOption::Subnet(subnet) => address(subnet.addr()).wrapping_add(
                    u64::from(subnet.source_prefix()) + u64::from(subnet.scope_prefix()),
                ),
                EdnsOption::Unknown(_, octets) => run(octets),
                other => panic!("{other:?} is in none of the messages"),
            });
        }
    }
    total
}

/// domain, its stable `base`: lazy as ours; RDATA parsed into its enum of all types.
fn domain(octets: &[u8]) -> u64 {
    use domain::base::opt::{AllOptData, ComposeOptData, OptData};
    use domain::base::{Message, Name, ParsedName};
    use domain::rdata::AllRecordData;
    fn name<O: AsRef<[u8]>>(name: &ParsedName<O>) -> u64 {
        name.iter().map(|label| run(label.as_slice())).sum()
    }
    let message = Message::from_octets(octets).expect("a message");
    let mut total = 0u64;
    for question in message.question() {
        let question = question.expect("a question");
        total += name(question.qname())
            + u64::from(question.qtype().to_int())
            + u64::from(question.qclass().to_int());
    }
    for record in message.iter() {
        let (record, _) = record.expect("a record");
        total += name(&record.owner())
            + u64::from(record.rtype().to_int())
            + u64::from(record.class().to_int());
        let ttl = record.ttl();
        let record =
            record.into_record::<AllRecordData<&[u8], ParsedName<&[u8]>>>().expect("RDATA");
        let record = record.expect("a type that it knows");
        if !matches!(record.data(), AllRecordData::Opt(_)) {
            total += u64::from(ttl.as_secs());
        }
        total = total.wrapping_add(match record.data() {
            AllRecordData::A(a) => u64::from(u32::from(a.addr())),
            AllRecordData::Aaaa(aaaa) => wide(u128::from(aaaa.addr())),
            AllRecordData::Ns(ns) => name(ns.nsdname()),
            AllRecordData::Soa(soa) => {
                let times = [soa.refresh(), soa.retry(), soa.expire(), soa.minimum()];
                name(soa.mname())
                    + name(soa.rname())
                    + u64::from(soa.serial().into_int())
                    + times.iter().map(|ttl| u64::from(ttl.as_secs())).sum::<u64>()
            }
            AllRecordData::Rrsig(rrsig) => {
                u64::from(rrsig.type_covered().to_int())
                    + u64::from(rrsig.algorithm().to_int())
                    + u64::from(rrsig.labels())
                    + u64::from(rrsig.original_ttl().as_secs())
                    + u64::from(rrsig.expiration().into_int())
                    + u64::from(rrsig.inception().into_int())
                    + u64::from(rrsig.key_tag())
                    + name(rrsig.signer_name())
                    + run(rrsig.signature())
            }
            AllRecordData::Dnskey(key) => {
                u64::from(key.flags())
                    + u64::from(key.protocol())
                    + u64::from(key.algorithm().to_int())
                    + run(key.public_key())
            }
            AllRecordData::Nsec3(nsec3) => {
                u64::from(nsec3.hash_algorithm().to_int())
                    + u64::from(nsec3.flags())
                    + u64::from(nsec3.iterations())
                    + run(nsec3.salt().as_slice())
                    + run(nsec3.next_owner().as_slice())
                    + nsec3.types().iter().map(|rtype| u64::from(rtype.to_int())).sum::<u64>()
            }
            AllRecordData::Opt(opt) => {
                let mut sum = 0u64;
                for option in opt.iter::<AllOptData<&[u8], Name<&[u8]>>>() {
                    let option = option.expect("an option");
                    sum = sum.wrapping_add(u64::from(option.code().to_int()));
                    sum = sum.wrapping_add(match option {
                        AllOptData::ClientSubnet(subnet) => address(subnet.addr()).wrapping_add(
                            u64::from(subnet.source_prefix_len())
                                + u64::from(subnet.scope_prefix_len()),
                        ),
                        other => panic!("option of {} octets", other.compose_len()),
                    });
                }
                sum
            }
            other => panic!("{other:?} is in none of the messages"),
        });
    }
    total
}

/// domain, its `new` modules: names copied out, RDATA in its enum of all types.
fn domain_new(octets: &[u8]) -> u64 {
    use domain::new::base::name::{NameBuf, RevNameBuf};
    use domain::new::base::parse::MessageParser;
    use domain::new::base::{MessageItem, Record};
    use domain::new::edns::EdnsOption;
    use domain::new::rdata::RecordData;
    let flat = |name: &domain::new::base::name::Name| {
        name.labels().map(|label| run(label.contents())).sum::<u64>()
    };
    let reversed =
        |name: &RevNameBuf| name.labels().map(|label| run(label.contents())).sum::<u64>();
    let item = |record: Record<RevNameBuf, RecordData<'_, NameBuf>>| {
        let fixed = reversed(&record.rname)
            + u64::from(record.rtype.code.get())
            + u64::from(record.rclass.code.get())
            + u64::from(u32::from(record.ttl));
        fixed.wrapping_add(match record.rdata {
            RecordData::A(a) => u64::from(u32::from_be_bytes(a.octets)),
            RecordData::Aaaa(aaaa) => wide(u128::from_be_bytes(aaaa.octets)),
            RecordData::Ns(ns) => flat(&ns.server),
            RecordData::Soa(soa) => {
                let times = [soa.refresh, soa.retry, soa.expire, soa.minimum];
                flat(&soa.mname)
                    + flat(&soa.rname)
                    + u64::from(u32::from(soa.serial))
                    + times.iter().map(|time| u64::from(time.get())).sum::<u64>()
            }
            RecordData::Rrsig(rrsig) => {
                u64::from(rrsig.rtype.code.get())
                    + u64::from(rrsig.algorithm.code)
                    + u64::from(rrsig.labels)
                    + u64::from(u32::from(rrsig.ttl))
                    + u64::from(u32::from(rrsig.expiration))
                    + u64::from(u32::from(rrsig.inception))
                    + u64::from(rrsig.keytag.get())
                    + flat(rrsig.signer)
                    + run(rrsig.signature)
            }
            RecordData::DNSKey(key) => {
                u64::from(key.flags.bits())
                    + u64::from(key.protocol)
                    + u64::from(key.algorithm.code)
                    + run(&key.key)
            }
            RecordData::Nsec3(nsec3) => {
                u64::from(nsec3.algorithm.code)
                    + u64::from(nsec3.flags.bits())
                    + u64::from(nsec3.iterations.get())
                    + run(nsec3.salt)
                    + run(nsec3.next)
                    + nsec3.types.types().map(|rtype| u64::from(rtype.code.get())).sum::<u64>()
            }
            other => panic!("{other:?} is in none of the messages"),
        })
    };
    let mut total = 0u64;
    for part in MessageParser::new(octets).expect("a message") {
        total = total.wrapping_add(match part.expect("a record") {
            MessageItem::Question(question) => {
                reversed(&question.qname)
                    + u64::from(question.qtype.code.get())
                    + u64::from(question.qclass.code.get())
            }
            MessageItem::Answer(record)
            | MessageItem::Authority(record)
            | MessageItem::Additional(record) => item(record),
            MessageItem::Edns(edns) => {
                let mut sum = 41 + u64::from(edns.max_udp_payload.get());
                for option in edns.data.options() {
                    match option.expect("an option") {
                        EdnsOption::Unknown(code, data) => {
                            raw_option(code.code.get(), &data.octets, &mut sum);
                        }
                        other => panic!("{other:?} is in none of the messages"),
                    }
                }
                sum
            }
        });
    }
    total
}

/// simple-dns: decodes the whole message into vectors of borrowed labels.
fn simple_dns(octets: &[u8]) -> u64 {
    use simple_dns::rdata::RData;
    let name = |name: &simple_dns::Name<'_>| {
        name.get_labels().iter().map(|label| run(label.as_ref())).sum::<u64>()
    };
    let message = simple_dns::Packet::parse(octets).expect("a message");
    let mut total = 0u64;
    for question in &message.questions {
        total += name(&question.qname)
            + u64::from(u16::from(question.qtype))
            + u64::from(u16::from(question.qclass));
    }
    for record in
        message.answers.iter().chain(&message.name_servers).chain(&message.additional_records)
    {
        total += name(&record.name)
            + u64::from(u16::from(record.rdata.type_code()))
            + u64::from(u16::from(record.class))
            + u64::from(record.ttl);
        total = total.wrapping_add(match &record.rdata {
            RData::A(a) => u64::from(a.address),
            RData::AAAA(aaaa) => wide(aaaa.address),
            RData::NS(ns) => name(&ns.0),
            RData::SOA(soa) => {
                name(&soa.mname)
                    + name(&soa.rname)
                    + u64::from(soa.serial)
                    + soa.refresh as u64
                    + soa.retry as u64
                    + soa.expire as u64
                    + u64::from(soa.minimum)
            }
            RData::RRSIG(rrsig) => {
                u64::from(rrsig.type_covered)
                    + u64::from(rrsig.algorithm)
                    + u64::from(rrsig.labels)
                    + u64::from(rrsig.original_ttl)
                    + u64::from(rrsig.signature_expiration)
                    + u64::from(rrsig.signature_inception)
                    + u64::from(rrsig.key_tag)
                    + name(&rrsig.signer_name)
                    + run(&rrsig.signature)
            }
            RData::DNSKEY(key) => {
                u64::from(key.flags)
                    + u64::from(key.protocol)
                    + u64::from(key.algorithm)
                    + run(&key.public_key)
            }
            RData::NULL(_, octets) => run(octets.get_data()),
            other => panic!("{other:?} is in none of the messages"),
        });
    }
    if let Some(opt) = message.opt() {
        total += 41 + u64::from(opt.udp_packet_size);
        for option in &opt.opt_codes {
            raw_option(option.code, &option.data, &mut total);
        }
    }
    total
}
