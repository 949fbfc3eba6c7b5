package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.ProxyHeader;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * PROXY protocol version 2. The load balancer is 127.0.0.1; the VDB {@code must} wants its header,
 * {@code may} takes it. Who comes from a documentation network is trusted, everybody else is
 * refused with his address in the message.
 */
class ProxyProtocolIT {
  private static final Authority AUTHORITY = new Authority("behind a load balancer");
  private static final String STRANGER = "127.0.0.2";
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(ProxyProtocolIT::configure);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static void configure(TestConfiguration c) {
    SecureServer.behind(c);
    Identity identity = AUTHORITY.issue("node", "localhost");
    c.file("client-side.pem", identity.certificatePem());
    c.file("client-side.key", identity.keyPem());
    for (String vdb : List.of("must", "may")) {
      SecureServer.vdb(c, vdb)
          .vdb(vdb, "tls.certificateFile", "client-side.pem")
          .vdb(vdb, "tls.keyFile", "client-side.key")
          .vdb(vdb, "proxyProtocol.enabled", true)
          .vdb(vdb, "proxyProtocol.trusted", List.of("127.0.0.1/32"))
          .vdb(
              vdb,
              "auth",
              List.of(
                  Map.of("address", "203.0.113.0/24", "method", "trust"),
                  Map.of("address", "2001:db8::/32", "method", "trust")));
    }
    c.vdb("may", "proxyProtocol.required", false);
  }

  private static int port(String vdb) {
    return node.node().port(vdb);
  }

  private static byte[] startup() {
    return Line.startup("app", "app");
  }

  /** Who the node takes the client for, by the refusal that it writes. */
  private static String seenAs(Line line) throws IOException {
    String message = line.refusal().fields().get('M');
    return message.replaceAll(".* for host \"([^\"]*)\".*", "$1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"203.0.113.9", "2001:db8::9"})
  void toldAddressIsTheOneThatRulesGoBy(String address) throws Exception {
    try (Line line = Line.to(port("must"))) {
      line.send(ProxyHeader.of(address)).logIn("app", "app", null);
      assertThat(line.value("SELECT 'in'")).isEqualTo("in");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"198.51.100.7", "2001:db9:0:0:0:0:0:7"})
  void toldAddressIsTheOneThatRefusalsName(String address) throws Exception {
    try (Line line = Line.to(port("must"))) {
      line.send(ProxyHeader.of(address), startup());
      assertThat(seenAs(line)).isEqualTo(address);
    }
  }

  @Test
  void toldAddressIsShownToOperatorsAndLogged() throws Exception {
    try (CapturedLog log = new CapturedLog("heimdall.client", Level.DEBUG);
        Line line = Line.to(port("must"))) {
      line.send(ProxyHeader.of("203.0.113.55")).logIn("app", "app", null);
      assertThat(node.clients())
          .anySatisfy(row -> assertThat(row.values()).anyMatch(v -> isAt(v, "203.0.113.55")));
      assertThat(log.lines())
          .anyMatch(text -> text.contains("client connected") && text.contains("203.0.113.55"));
      try (Line refused = Line.to(port("must"))) {
        refused.send(ProxyHeader.of("198.51.100.55"), startup()).refusal();
      }
      assertThat(log.lines())
          .anyMatch(text -> text.contains("login refused") && text.contains("198.51.100.55"));
    }
  }

  private static boolean isAt(String value, String address) {
    return value != null && value.startsWith(address);
  }

  @Test
  void headerAndStartupPacketMayComeInOnePacketOrInSingleBytes() throws Exception {
    try (Line line = Line.to(port("must"))) {
      line.send(ProxyHeader.of("203.0.113.9"), startup(), Frontend.query("SELECT 'in'"));
      line.untilReady(null);
      assertThat(line.value()).isEqualTo("in");
    }
    try (Line line = Line.to(port("must"))) {
      line.valve().byteByByte();
      line.send(ProxyHeader.of("203.0.113.9")).logIn("app", "app", null);
      assertThat(line.value("SELECT 'in'")).isEqualTo("in");
    }
  }

  @Test
  void typedValuesBehindTheAddressesArePassedOver() throws Exception {
    byte[] alpn = ProxyHeader.tlv(0x01, "postgresql".getBytes(StandardCharsets.US_ASCII));
    byte[] authority = ProxyHeader.tlv(0x02, "db.example".getBytes(StandardCharsets.US_ASCII));
    byte[] endpoint = ProxyHeader.tlv(0xEA, new byte[200]);
    byte[] tls = ProxyHeader.tlv(0x20, new byte[] {1, 0, 0, 0, 0});
    byte[] padding = ProxyHeader.tlv(0x04, new byte[3000]);
    try (Line line = Line.to(port("must"))) {
      line.send(ProxyHeader.of("203.0.113.9", alpn, authority, endpoint, tls, padding))
          .logIn("app", "app", null);
      assertThat(line.value("SELECT 'in'")).isEqualTo("in");
    }
  }

  static List<byte[]> headersWithoutAnAddress() {
    return List.of(
        ProxyHeader.local(), ProxyHeader.unspecified(), ProxyHeader.unix("/run/client.sock"));
  }

  @ParameterizedTest
  @MethodSource("headersWithoutAnAddress")
  void headerWithoutAnAddressKeepsTheConnectionsOwn(byte[] header) throws Exception {
    try (Line line = Line.to(port("must"))) {
      line.send(header, startup());
      assertThat(seenAs(line)).isEqualTo("127.0.0.1");
    }
  }

  @Test
  void missingHeaderIsClosedOnlyWhereItIsRequired() throws Exception {
    try (Line line = Line.to(port("must"))) {
      assertThat(line.send(startup()).untilClosed()).isEmpty();
    }
    try (Line line = Line.to(port("may"))) {
      assertThat(seenAs(line.send(startup()))).isEqualTo("127.0.0.1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"must", "may"})
  void headerOfSomebodyElseIsClosedAndWithoutItHeIsWhoHeIs(String vdb) throws Exception {
    try (Line line = Line.to(port(vdb), "127.0.0.1", STRANGER)) {
      assertThat(line.send(ProxyHeader.of("203.0.113.9"), startup()).untilClosed()).isEmpty();
    }
    try (Line line = Line.to(port(vdb), "127.0.0.1", STRANGER)) {
      assertThat(seenAs(line.send(startup()))).isEqualTo(STRANGER);
    }
  }

  static List<byte[]> malformedHeaders() {
    byte[] good = ProxyHeader.of("203.0.113.9");
    byte[] ofVersion3 = good.clone();
    ofVersion3[12] = 0x31;
    byte[] withUnknownCommand = good.clone();
    withUnknownCommand[12] = 0x2f;
    return List.of(
        "PROXY TCP4 203.0.113.9 127.0.0.1 4711 5432\r\n".getBytes(StandardCharsets.US_ASCII),
        ofVersion3,
        withUnknownCommand,
        ProxyHeader.header(0x21, 0x11, new byte[4]),
        Arrays.copyOf("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII), 64));
  }

  @ParameterizedTest
  @MethodSource("malformedHeaders")
  void malformedHeaderIsClosedAndLoggedOnce(byte[] header) throws Exception {
    try (CapturedLog log = new CapturedLog("heimdall.client", Level.WARN);
        Line line = Line.to(port("must"))) {
      assertThat(line.send(header, startup()).untilClosed()).isEmpty();
      Await.until("it is logged", () -> lines(log, line) > 0);
      assertThat(lines(log, line)).isEqualTo(1);
    }
  }

  private static long lines(CapturedLog log, Line line) {
    return log.lines().stream().filter(text -> text.contains(":" + line.localPort())).count();
  }

  @Test
  void version1IsRefusedByNameWhereTheHeaderIsOptionalToo() throws Exception {
    try (CapturedLog log = new CapturedLog("heimdall.client", Level.WARN);
        Line line = Line.to(port("may"))) {
      line.send("PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII), startup());
      assertThat(line.untilClosed()).isEmpty();
      Await.until(
          "it is logged", () -> log.lines().stream().anyMatch(text -> text.contains("version 1")));
    }
  }

  @Test
  void tlsFollowsTheHeader() throws Exception {
    Tls tls = Tls.trusting(AUTHORITY);
    try (Line line = Line.to(port("must"))) {
      line.send(ProxyHeader.of("203.0.113.9"));
      line.startTls(tls).logIn("app", "app", null);
      assertThat(line.value("SELECT 'in'")).isEqualTo("in");
    }
    try (Line line = Line.to(port("must"))) {
      line.send(ProxyHeader.of("203.0.113.9"));
      line.handshake(tls).logIn("app", "app", null);
      assertThat(line.value("SELECT 'in'")).isEqualTo("in");
    }
    try (Line line = Line.to(port("must"))) {
      line.send(ProxyHeader.of("198.51.100.7")).handshake(tls).send(startup());
      assertThat(seenAs(line)).isEqualTo("198.51.100.7");
    }
  }

  @Test
  void secondHeaderIsNoStartupPacket() throws Exception {
    try (Line line = Line.to(port("must"))) {
      line.send(ProxyHeader.of("203.0.113.9"), ProxyHeader.of("203.0.113.10"), startup());
      assertThat(line.refusal().sqlState()).isEqualTo("08P01");
    }
  }
}
