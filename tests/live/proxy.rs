//! A proxy in front of the broker that understands just enough of Kafka's protocol to do what networks do: it goes away and comes
//! back, and it delivers one `EndTxn` request late.
//!
//! A request is a length (int32), then api key (int16), api version (int16), correlation id (int32), client id (string of int16
//! length), then its own fields; those of the transactional requests start with the transactional id (a string in the versions
//! that librdkafka speaks).

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::broker::broker;

const ADD_OFFSETS_TO_TXN: i16 = 25;
const END_TXN: i16 = 26;

/// The proxy of the shared broker; one at a time.
pub struct Proxy {
    /// What clients connect to.
    pub address: String,
    state: Arc<State>,
    listening: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    ended: AtomicBool,
    is_away: AtomicBool,
    connections: Mutex<Vec<TcpStream>>,
    late: Mutex<Late>,
    /// Requests to be stopped: their api key, and how many of them pass before. Negative: one was stopped.
    stop: Mutex<Option<(i16, i64)>>,
}

/// The life of the request that comes late.
#[derive(Default)]
enum Late {
    /// Nothing is held.
    #[default]
    Off,
    /// The next `EndTxn` will be held, and its connection dropped.
    Armed,
    /// Held: the request's bytes and its transactional id.
    Held(Vec<u8>, String),
    /// Delivered while the next transaction of the same id was open: the broker's error code.
    Delivered(i16),
}

impl Proxy {
    /// Starts the proxy.
    pub fn start() -> Self {
        let listener = broker().proxy.try_clone().unwrap();
        let address = listener.local_addr().unwrap().to_string();
        listener.set_nonblocking(true).unwrap();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let listening = std::thread::spawn(move || {
            while !shared.ended.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((client, _)) if !shared.is_away.load(Ordering::Relaxed) => serve(client, &shared),
                    Ok(_) => {}
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::WouldBlock);
                        std::thread::sleep(Duration::from_millis(5));
                    }
                }
            }
        });
        Self { address, state, listening: Some(listening) }
    }

    /// Drops every connection and takes no new one.
    pub fn go_away(&self) {
        self.state.is_away.store(true, Ordering::Relaxed);
        self.state.drop_connections();
    }

    /// Takes connections again.
    pub fn come_back(&self) {
        self.state.is_away.store(false, Ordering::Relaxed);
    }

    /// Holds the next `EndTxn` and drops its connection; it will be delivered when its producer's next transaction is nearly done.
    pub fn hold_next_end(&self) {
        *self.state.late.lock().unwrap() = Late::Armed;
    }

    /// Stops the request with the api key `api` after `passing` others of it, and all that follow, on every connection.
    pub fn stop_at(&self, api: i16, passing: i64) {
        *self.state.stop.lock().unwrap() = Some((api, passing));
    }

    /// True once a request was stopped.
    pub fn has_stopped(&self) -> bool {
        self.state.stop.lock().unwrap().is_some_and(|(_, passing)| passing < 0)
    }

    /// The broker's answer to the late request, once it was delivered. The next transaction stays open from then on.
    pub fn late_answer(&self) -> Option<i16> {
        match *self.state.late.lock().unwrap() {
            Late::Delivered(code) => Some(code),
            _ => None,
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Relaxed);
        // Before the next proxy listens, and before a connection is accepted that nobody would drop.
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
        self.state.drop_connections();
    }
}

impl State {
    fn drop_connections(&self) {
        for connection in self.connections.lock().unwrap().drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

fn upstream() -> TcpStream {
    TcpStream::connect(("127.0.0.1", broker().behind_proxy)).unwrap()
}

/// Serves one connection with two threads.
fn serve(client: TcpStream, state: &Arc<State>) {
    client.set_nonblocking(false).unwrap();
    client.set_nodelay(true).unwrap();
    let broker = upstream();
    broker.set_nodelay(true).unwrap();
    state.connections.lock().unwrap().extend([client.try_clone().unwrap(), broker.try_clone().unwrap()]);
    let (mut from, mut to) = (broker.try_clone().unwrap(), client.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
    let state = Arc::clone(state);
    std::thread::spawn(move || {
        let (mut client, mut broker) = (client, broker);
        while let Some(request) = read_request(&mut client) {
            if must_stop(&request, &state) {
                // As if the wire were cut behind the proxy: the client waits for an answer.
                while client.read(&mut [0; 4096]).is_ok_and(|n| n > 0) {}
                break;
            }
            if !may_pass(&request, &state) || broker.write_all(&request).is_err() {
                break;
            }
        }
        let _ = client.shutdown(Shutdown::Both);
        let _ = broker.shutdown(Shutdown::Both);
    });
}

fn must_stop(request: &[u8], state: &State) -> bool {
    let mut stop = state.stop.lock().unwrap();
    let Some((api, passing)) = stop.as_mut() else { return false };
    if *passing >= 0 && *api == i16::from_be_bytes([request[4], request[5]]) {
        *passing -= 1;
    }
    *passing < 0
}

/// False: the request and its connection are dropped.
fn may_pass(request: &[u8], state: &State) -> bool {
    let api = i16::from_be_bytes([request[4], request[5]]);
    if api != END_TXN && api != ADD_OFFSETS_TO_TXN {
        return true;
    }
    let id = transactional_id(request);
    let mut late = state.late.lock().unwrap();
    match &*late {
        Late::Armed if api == END_TXN => {
            *late = Late::Held(request.to_vec(), id);
            false
        }
        Late::Held(held, held_id) if api == ADD_OFFSETS_TO_TXN && *held_id == id => {
            let mut broker = upstream();
            broker.write_all(held).unwrap();
            let answer = read_request(&mut broker).unwrap();
            // Length, correlation id, throttle time, error code.
            *late = Late::Delivered(i16::from_be_bytes([answer[12], answer[13]]));
            false
        }
        Late::Delivered(_) => false,
        _ => true,
    }
}

/// A whole request or answer with its length; `None` at the end.
fn read_request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 4];
    stream.read_exact(&mut bytes).ok()?;
    let length = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
    bytes.resize(4 + length, 0);
    stream.read_exact(&mut bytes[4..]).ok()?;
    Some(bytes)
}

fn transactional_id(request: &[u8]) -> String {
    let string = |at: usize| {
        let length = usize::from(u16::from_be_bytes([request[at], request[at + 1]]));
        &request[at + 2..at + 2 + length]
    };
    let client_id = string(12);
    String::from_utf8(string(14 + client_id.len()).to_vec()).unwrap()
}
