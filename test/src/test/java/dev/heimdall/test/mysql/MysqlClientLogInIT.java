package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.fixture.TestConfiguration;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real drivers log in to a node in front of a real MariaDB. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("long")
class MysqlClientLogInIT {
  private static final MysqlRelease RELEASE = MysqlRelease.MARIADB;

  /** What MySQL and MariaDB keep of "app-secret" for mysql_native_password. */
  private static final String NATIVE = "*6C7A370C07660BC788681B3238D93E08BD74303C";

  /** What MySQL keeps of "secret" for caching_sha2_password, in hexadecimal digits. */
  private static final String SHA2 =
      "0x2441243030412441265C5E325F06687C161C4059604D1231265525785A3959635876664431662F46306A4A"
          + "734A63576652316F746673524A5671635736657763756930545541";

  private static final TestCertificate CLIENT = TestCertificate.create("app", "RSA");

  private MysqlNode node;
  private MysqlTarget direct;

  @BeforeAll
  void start() {
    node = MysqlNode.start(RELEASE, MysqlClientLogInIT::configure);
    direct = MysqlTarget.of(RELEASE.shared().primary());
  }

  private static void configure(TestConfiguration c) {
    c.clientTls("allow", TestCertificate.localhost());
    c.file("clients.pem", CLIENT.certificate());
    c.user("hashed", "verifier", NATIVE);
    c.user("sha2", "verifier", SHA2);
    for (String vdb : List.of("must", "cert", "narrow", "passed", "balanced")) {
      c.vdb(vdb, "address", "127.0.0.1");
      c.vdb(vdb, "ports", List.of(0));
      c.vdb(vdb, "source", "main");
      c.vdb(vdb, "tls.certificateFile", "client-side.pem");
      c.vdb(vdb, "tls.keyFile", "client-side.key");
      c.vdb(vdb, "tls.mode", vdb.equals("must") ? "require" : "allow");
    }
    c.vdb("cert", "tls.clientCaFile", "clients.pem");
    c.vdb("cert", "tls.clientCertificate", "require");
    c.vdb("cert", "auth", List.of(Map.of("type", "hostssl", "method", "cert")));
    c.vdb("narrow", "databases", Map.of("app", "app"));
    c.vdb("narrow", "clients.max", 1);
    c.vdb("passed", "credentials", "passthrough");
    c.vdb("balanced", "proxyProtocol.enabled", true);
    c.vdb("balanced", "proxyProtocol.trusted", List.of("127.0.0.1/32"));
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @ParameterizedTest
  @CsvSource({
    "app, app-secret, false",
    "app, app-secret, true",
    "hashed, app-secret, false",
    "sha2, secret, false",
    "sha2, secret, true",
  })
  void driversLogInByWhatTheNodeKnowsOfPasswords(String user, String password, boolean tls)
      throws Exception {
    MysqlTarget target = node.target().as(user, password).tls(tls);
    try (Connection connection = target.jdbc()) {
      assertThat(value(connection, "SELECT DATABASE()")).isEqualTo(MysqlRelease.DATABASE);
    }
    try (Connection connection =
        target.jdbc("defaultAuthenticationPlugin", "mysql_native_password")) {
      assertThat(value(connection, "SELECT 1")).isEqualTo("1");
    }
    try (Connection connection = target.mariaJdbc()) {
      assertThat(value(connection, "SELECT 1")).isEqualTo("1");
    }
  }

  /** What comes behind the greeting when the first packet is not what it should be. */
  private static String behindGreeting(MysqlTarget target, byte... packet) throws IOException {
    try (Socket socket = new Socket(target.host(), target.port())) {
      socket.setSoTimeout(10_000);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] header = new byte[4];
      in.readFully(header);
      in.readFully(new byte[(header[0] & 0xff) | (header[1] & 0xff) << 8]);
      socket.getOutputStream().write(packet);
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void aQuitInPlaceOfTheLogInIsAnsweredAsByTheServer() throws IOException {
    byte[] quit = {1, 0, 0, 1, 1};
    String refused = "#08S01Bad handshake";
    assertThat(behindGreeting(direct, quit)).contains(refused);
    assertThat(behindGreeting(node.target(), quit)).contains(refused);
  }

  @Test
  void driversSeeTheServersVersion() throws Exception {
    try (Connection through = node.target().jdbc();
        Connection past = direct.jdbc()) {
      assertThat(through.getMetaData().getDatabaseProductVersion())
          .isEqualTo(past.getMetaData().getDatabaseProductVersion());
    }
  }

  @Test
  void passwordsArePassedThroughInTlsAndUnderTheNodesKey() throws Exception {
    for (boolean tls : new boolean[] {true, false}) {
      MysqlTarget target = node.target("passed").as(MysqlRelease.EMPTY, "").tls(tls);
      SQLException empty = catchThrowableOfType(SQLException.class, target::jdbc);
      assertThat(empty.getErrorCode()).isEqualTo(1045);
      try (Connection connection =
          target.as(MysqlRelease.NATIVE, MysqlRelease.PASSWORD).in("").jdbc()) {
        assertThat(value(connection, "SELECT CURRENT_USER()"))
            .isEqualTo(MysqlRelease.NATIVE + "@%");
      }
      SQLException wrong =
          catchThrowableOfType(SQLException.class, target.as(MysqlRelease.NATIVE, "guess")::jdbc);
      assertThat(wrong.getErrorCode()).isEqualTo(1045);
    }
  }

  @Test
  void operatorsUseTheAdminDatabase() {
    assertThat(node.admin("SHOW POOLS")).isNotNull();
    assertThat(node.admin("SHOW VERSION")).hasSize(1);
    SQLException error =
        catchThrowableOfType(SQLException.class, node.target().in("heimdall")::jdbc);
    assertThat(error.getErrorCode()).isEqualTo(1044);
  }

  @Test
  void refusalsAreThoseOfTheServer() {
    for (String[] wrong : new String[][] {{"app", "wrong"}, {"app", "guess"}}) {
      SQLException through =
          catchThrowableOfType(SQLException.class, node.target().as(wrong[0], wrong[1])::jdbc);
      SQLException past =
          catchThrowableOfType(SQLException.class, direct.as(wrong[0], wrong[1])::jdbc);
      assertThat(through.getErrorCode()).isEqualTo(past.getErrorCode()).isEqualTo(1045);
      assertThat(through.getSQLState()).isEqualTo(past.getSQLState());
      assertThat(through.getMessage().replace("127.0.0.1", "localhost"))
          .isEqualTo(past.getMessage().replace("127.0.0.1", "localhost"));
    }
    // MariaDB has a number of its own for who has no password, MySQL has not.
    for (String[] wrong : new String[][] {{"nobody", "wrong"}, {"app", ""}}) {
      SQLException refused =
          catchThrowableOfType(SQLException.class, node.target().as(wrong[0], wrong[1])::jdbc);
      assertThat(refused.getErrorCode()).isEqualTo(1045);
      assertThat(refused.getSQLState()).isEqualTo("28000");
    }
    for (String vdb : List.of("app", "narrow")) {
      SQLException unknown =
          catchThrowableOfType(SQLException.class, node.target(vdb).in("missing")::jdbc);
      assertThat(unknown.getErrorCode()).as(unknown.getMessage()).isIn(1044, 1049);
      assertThat(unknown.getSQLState()).isEqualTo("42000");
    }
  }

  @Test
  void clientsBeyondTheLimitAreTooMany() throws Exception {
    try (Connection first = node.target("narrow").jdbc()) {
      assertThat(value(first, "SELECT 1")).isEqualTo("1");
      SQLException full = catchThrowableOfType(SQLException.class, node.target("narrow")::jdbc);
      assertThat(full.getErrorCode()).isEqualTo(1040);
      assertThat(full.getSQLState()).isEqualTo("08004");
    }
  }

  @Test
  void tlsIsDemandedInMysqlsWords() throws Exception {
    SQLException refused =
        catchThrowableOfType(SQLException.class, node.target("must").tls(false)::jdbc);
    assertThat(refused.getErrorCode()).as(refused.getMessage()).isEqualTo(3159);
    try (Connection connection = node.target("must").tls(true).jdbc()) {
      assertThat(value(connection, "SELECT 1")).isEqualTo("1");
    }
  }

  /** No client waits for an answer to its request: both may come in one segment. */
  @Test
  void aHandshakeMayComeWithTheRequestForIt() throws Exception {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine();
    engine.setUseClientMode(true);
    ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), hello);
    hello.flip();
    // PROTOCOL_41, SSL and SECURE_CONNECTION, packets of 16 MiB, utf8mb4
    ByteBuffer both = ByteBuffer.allocate(36 + hello.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    both.putInt(32 | 1 << 24).putInt(0x8A00).putInt(1 << 24).put((byte) 45);
    both.position(36).put(hello);
    try (Socket socket = new Socket("127.0.0.1", node.target("must").port())) {
      socket.setSoTimeout(20_000);
      InputStream in = socket.getInputStream();
      int length = in.read() | in.read() << 8 | in.read() << 16;
      in.readNBytes(1 + length);
      socket.getOutputStream().write(both.array());
      assertThat(in.read()).as("a TLS record of the handshake").isEqualTo(0x16);
    }
  }

  @Test
  void aCertificateStandsForAPassword(@TempDir Path files) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    Certificate certificate =
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(CLIENT.certificate().getBytes(StandardCharsets.US_ASCII)));
    PrivateKey key =
        KeyFactory.getInstance("RSA")
            .generatePrivate(
                new PKCS8EncodedKeySpec(
                    Base64.getMimeDecoder().decode(CLIENT.key().replaceAll("-----.*-----", ""))));
    store.setKeyEntry("app", key, "store".toCharArray(), new Certificate[] {certificate});
    Path file = files.resolve("client.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, "store".toCharArray());
    }
    String[] withCertificate = {
      "clientCertificateKeyStoreUrl", file.toUri().toString(),
      "clientCertificateKeyStoreType", "PKCS12",
      "clientCertificateKeyStorePassword", "store"
    };

    try (Connection connection =
        node.target("cert").as("app", "none").tls(true).jdbc(withCertificate)) {
      assertThat(value(connection, "SELECT 1")).isEqualTo("1");
    }
    SQLException other =
        catchThrowableOfType(
            SQLException.class,
            () -> node.target("cert").as("other", "none").tls(true).jdbc(withCertificate));
    assertThat(other.getErrorCode()).isEqualTo(1045);
  }

  @Test
  void aClientBehindALoadBalancerIsGreetedWhenItsAddressIsTold() throws Exception {
    byte[] header = new byte[28];
    byte[] signature = "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(signature, 0, header, 0, signature.length);
    byte[] client = {0x21, 0x11, 0, 12, (byte) 203, 0, 113, 7, 127, 0, 0, 1, 1, 1, 1, 1};
    System.arraycopy(client, 0, header, signature.length, client.length);
    try (Socket socket = new Socket("127.0.0.1", node.target("balanced").port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(header);
      byte[] greeting = socket.getInputStream().readNBytes(5);
      assertThat(greeting[4]).as("version 10 of the protocol").isEqualTo((byte) 10);
      byte[] outOfOrder = {0, 0, 0, 9};
      socket.getOutputStream().write(outOfOrder);
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains("#08S01Got packets out of order");
    }
  }

  /** Whatever strangers send, the node says an error or closes, and others notice nothing. */
  @Test
  void garbageHarmsNobodyElse() throws Exception {
    Random random = new Random(15);
    try (LoggedLines log = LoggedLines.of("dev.heimdall.engine.client");
        Connection beside = node.target().jdbc()) {
      for (int i = 0; i < 100; i++) {
        try (Socket socket = new Socket("127.0.0.1", node.target().port())) {
          socket.setSoTimeout(20_000);
          InputStream in = socket.getInputStream();
          assertThat(in.read()).as("the greeting").isPositive();
          byte[] junk = new byte[random.nextInt(400)];
          random.nextBytes(junk);
          if (i % 2 == 0 && junk.length > 4) {
            junk[0] = (byte) (junk.length - 4);
            junk[1] = (byte) (junk.length - 4 >> 8);
            junk[2] = 0;
            junk[3] = 1;
          }
          socket.getOutputStream().write(junk);
          socket.shutdownOutput();
          in.readAllBytes();
        }
        if (i % 10 == 0) {
          assertThat(value(beside, "SELECT 1")).isEqualTo("1");
        }
      }
      assertThat(log.beginningWith("log-in of")).isEmpty();
    }
  }
}
