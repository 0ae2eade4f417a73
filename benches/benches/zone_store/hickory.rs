//! hickory-server's in-memory authority, asked in-process: from the octets of a query to those of the reply, by the
//! path that its own server takes, with no socket and no runtime.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use hickory_proto::rr::rdata::{A, NS, SOA};
use hickory_proto::rr::{LowerName, Name, RData, Record};
use hickory_proto::serialize::binary::BinEncoder;
use hickory_server::net::NetError;
use hickory_server::net::runtime::{TokioRuntimeProvider, TokioTime};
use hickory_server::net::xfer::Protocol;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, MessageResponse, ZoneType};

use crate::zones::{address, host};

/// The zone of `zones::zone`.
pub(crate) fn catalog(names: u32) -> Catalog {
    let name = |text: &str| Name::from_ascii(text).unwrap();
    let origin = name("example.");
    let (ns, mail) = (name("ns.example."), name("h.example."));
    let mut zone = InMemoryZoneHandler::<TokioRuntimeProvider>::empty(
        origin.clone(),
        ZoneType::Primary,
        AxfrPolicy::Deny,
    );
    let mut put = |owner: &Name, data| {
        assert!(zone.upsert_mut(Record::from_rdata(owner.clone(), 3600, data), 1));
    };
    put(&origin, RData::SOA(SOA::new(ns.clone(), mail, 1, 2, 3, 4, 5)));
    put(&origin, RData::NS(NS(ns.clone())));
    put(&ns, RData::A(A(Ipv4Addr::new(192, 0, 2, 1))));
    for i in 0..names {
        put(&name(&format!("{}.example.", host(i))), RData::A(A(address(i))));
    }
    let mut catalog = Catalog::new();
    catalog.upsert(LowerName::new(&origin), vec![Arc::new(zone)]);
    catalog
}

/// The reply to a query. Nothing in memory makes the future wait.
pub(crate) fn ask(catalog: &Catalog, query: &[u8], out: &Reply) -> usize {
    let client = SocketAddr::from((Ipv4Addr::LOCALHOST, 53));
    let request = Request::from_bytes(query.to_vec(), client, Protocol::Udp).unwrap();
    let handled = pin!(catalog.handle_request::<_, TokioTime>(&request, out.clone()));
    let Poll::Ready(_) = handled.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("hickory waits for something");
    };
    out.0.lock().unwrap().len()
}

/// Where a reply goes.
#[derive(Clone, Default)]
pub(crate) struct Reply(pub(crate) Arc<Mutex<Vec<u8>>>);

#[async_trait::async_trait]
impl ResponseHandler for Reply {
    async fn send_response<'a>(
        &mut self,
        response: MessageResponse<
            '_,
            'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
        >,
    ) -> Result<ResponseInfo, NetError> {
        let mut octets = self.0.lock().unwrap();
        octets.clear();
        let mut encoder = BinEncoder::new(&mut octets);
        encoder.set_max_size(1232);
        Ok(response.destructive_emit(&mut encoder)?)
    }
}
