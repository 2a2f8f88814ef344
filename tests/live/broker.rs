//! A real Apache Kafka (KRaft, one node) on loopback: fetched by Maven, started once for a test binary, ended with it.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

const POM: &str = include_str!("pom.xml");

/// The broker that the tests of a binary share.
pub struct Broker {
    /// Where clients find it.
    pub address: String,
    /// Port of a second listener, for a proxy in front of it.
    pub behind_proxy: u16,
    /// Where the second listener tells clients to connect to. Held for as long as the broker lives, or somebody else may take it.
    pub proxy: TcpListener,
    _supervisor: Child,
}

/// The shared broker.
pub fn broker() -> &'static Broker {
    static BROKER: OnceLock<Broker> = OnceLock::new();
    BROKER.get_or_init(start)
}

/// Address of the shared broker.
pub fn brokers() -> &'static str {
    &broker().address
}

fn start() -> Broker {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kafka");
    let jars = jars(&home);
    let data = home.join(format!("node-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&data);
    std::fs::create_dir_all(&data).unwrap();
    let [port, controller, behind_proxy] = free_ports();
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy_port = proxy.local_addr().unwrap().port();
    let properties = data.join("server.properties");
    std::fs::write(&properties, server_properties(&data, [port, controller, behind_proxy, proxy_port])).unwrap();
    let class_path = format!("{}/*", jars.display());
    let format = Command::new("java")
        .args(["-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", &class_path, "kafka.tools.StorageTool", "format"])
        .args(["-t", "copydeskcopydeskcopyA", "-c"])
        .arg(&properties)
        .output()
        .expect("java must be on the path: install a Java 17 runtime");
    assert!(format.status.success(), "formatting the broker's storage: {}", String::from_utf8_lossy(&format.stderr));
    // The shell ends the broker when the pipe to it closes: with this process, however it ends.
    let script = "java -Xms512m -Xmx512m -XX:+UseG1GC -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp \"$1\" kafka.Kafka \"$2\" >\"$3\" 2>&1 </dev/null & \
                  broker=$!; cat >/dev/null; kill -9 $broker; rm -rf \"$4\"";
    let child = Command::new("sh")
        .args(["-c", script, "sh", &class_path])
        .arg(&properties)
        .arg(data.join("broker.log"))
        .arg(&data)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let address = format!("127.0.0.1:{port}");
    let deadline = Instant::now() + Duration::from_secs(90);
    while TcpStream::connect(&address).is_err() {
        let log = std::fs::read_to_string(data.join("broker.log")).unwrap_or_default();
        assert!(Instant::now() < deadline, "the broker does not answer:\n{log}");
        std::thread::sleep(Duration::from_millis(100));
    }
    Broker { address, behind_proxy, proxy, _supervisor: child }
}

/// The folder with Kafka's jars; fetched once and kept beside the build.
fn jars(home: &Path) -> PathBuf {
    let jars = home.join("jars");
    let complete = home.join("complete");
    if complete.exists() {
        return jars;
    }
    std::fs::create_dir_all(&jars).unwrap();
    let pom = home.join("pom.xml");
    std::fs::File::create(&pom).unwrap().write_all(POM.as_bytes()).unwrap();
    let fetch = Command::new("mvn")
        .args(["-q", "-B", "-f"])
        .arg(&pom)
        .arg("dependency:copy-dependencies")
        .arg(format!("-DoutputDirectory={}", jars.display()))
        .arg("-DincludeScope=runtime")
        .output()
        .expect("mvn must be on the path: install Maven");
    assert!(fetch.status.success(), "fetching Kafka: {}", String::from_utf8_lossy(&fetch.stdout));
    std::fs::write(complete, "").unwrap();
    jars
}

/// Ports that were free just now, all different.
fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

fn server_properties(data: &Path, [port, controller, behind_proxy, proxy]: [u16; 4]) -> String {
    format!(
        "process.roles=broker,controller\nnode.id=1\ncontroller.quorum.voters=1@127.0.0.1:{controller}\n\
         listeners=PLAINTEXT://127.0.0.1:{port},PROXIED://127.0.0.1:{behind_proxy},CONTROLLER://127.0.0.1:{controller}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:{port},PROXIED://127.0.0.1:{proxy}\n\
         listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT\n\
         controller.listener.names=CONTROLLER\n\
         inter.broker.listener.name=PLAINTEXT\nlog.dirs={}\nauto.create.topics.enable=false\n\
         offsets.topic.replication.factor=1\noffsets.topic.num.partitions=4\n\
         transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n\
         transaction.state.log.num.partitions=4\nshare.coordinator.state.topic.replication.factor=1\n\
         share.coordinator.state.topic.min.isr=1\ngroup.initial.rebalance.delay.ms=0\n\
         group.min.session.timeout.ms=1000\ngroup.consumer.session.timeout.ms=6000\n\
         group.consumer.min.session.timeout.ms=6000\ngroup.consumer.heartbeat.interval.ms=1000\n\
         group.consumer.min.heartbeat.interval.ms=1000\nnum.network.threads=2\nnum.io.threads=4\n",
        data.join("log").display()
    )
}
