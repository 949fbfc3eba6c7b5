package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may log in and with what, and what the others are told. */
class LogInIT {
  private static final Authority AUTHORITY = new Authority("log-in");
  private static TestNode node;

  @BeforeAll
  static void start() {
    SecureServer.server()
        .execute("SET scram_iterations = 100000; CREATE ROLE heavy LOGIN PASSWORD 'heavy-secret'");
    node = TestNode.start(LogInIT::configure);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static Map<String, Object> rule(String user, String method) {
    return Map.of("users", List.of(user), "method", method);
  }

  private static void configure(TestConfiguration c) {
    SecureServer.behind(c);
    c.clientTls("allow", AUTHORITY.issue("node", "localhost").files());
    c.vdb(
        "auth",
        List.of(
            Map.of("users", List.of("early"), "address", "127.0.0.0/8", "method", "reject"),
            rule("early", "trust"),
            rule("trusted", "trust"),
            rule("shut", "reject"),
            rule("md5er", "md5"),
            rule("plain-md5", "md5"),
            Map.of("type", "hostssl", "users", List.of("clear", "heavy"), "method", "password"),
            Map.of("type", "hostnossl", "users", List.of("clear"), "method", "reject"),
            Map.of("users", List.of("app", "scram", "admin"), "method", "scram-sha-256"),
            Map.of("users", List.of("elsewhere"), "method", "scram-sha-256"),
            Map.of(
                "users", List.of("both"), "databases", List.of("app"), "method", "scram-sha-256")));
    c.user("trusted", "vdbs", List.of("app"));
    c.user("early", "vdbs", List.of("app"));
    c.user("md5er", "verifier", SecureServer.stored("md5er"));
    c.user("plain-md5", "password", "plain-md5-secret");
    c.user("clear", "verifier", SecureServer.stored("clear"));
    c.user("heavy", "verifier", SecureServer.stored("heavy"));
    c.user("scram", "verifier", SecureServer.stored("scram"));
    c.user("both", "password", "both-secret");
    c.user("elsewhere", "password", "elsewhere-secret");
    c.user("elsewhere", "vdbs", List.of("other"));
    c.without("users/other.json");
    for (String vdb : List.of("other", "one", "one-per-user", "one-per-database", "named", "md5")) {
      SecureServer.vdb(c, vdb);
    }
    c.vdb("md5", "auth", List.of(Map.of("method", "md5")));
    c.vdb("one", "clients.max", 1);
    c.vdb("one", "tls.certificateFile", "client-side.pem");
    c.vdb("one", "tls.keyFile", "client-side.key");
    c.vdb(
        "one",
        "auth",
        List.of(
            Map.of("type", "hostssl", "users", List.of("heavy"), "method", "password"),
            Map.of("method", "scram-sha-256")));
    c.vdb("one-per-user", "clients.maxPerUser", 1);
    c.vdb("one-per-database", "clients.maxPerDatabase", 1);
    c.vdb("named", "databases", Map.of("shop", "app"));
    c.user("single", "password", "single-secret");
    c.user("single", "maxClients", 1);
  }

  private static int port() {
    return node.node().port("app");
  }

  private static String sessionUser(String vdb, String user, String password, String... properties)
      throws SQLException {
    try (Connection connection =
            SecureServer.jdbc(node.node().port(vdb), "app", user, password, properties);
        ResultSet rows = connection.createStatement().executeQuery("SELECT session_user")) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static Refusal refusal(String user, String password, String... properties) {
    return Refusal.of(port(), "app", user, password, properties);
  }

  // ---- who gets in

  @ParameterizedTest
  @CsvSource({
    "app,       app,              disable",
    "scram,     scram-secret,     disable",
    "scram,     scram-secret,     require",
    "md5er,     md5er-secret,     disable",
    "plain-md5, plain-md5-secret, disable",
    "clear,     clear-secret,     require",
    "heavy,     heavy-secret,     require",
    "trusted,   anything,         disable"
  })
  void whoeverKnowsTheSecretGetsInAsTheDataSourcesUser(String user, String password, String mode)
      throws Exception {
    assertThat(sessionUser("app", user, password, "sslmode", mode)).isEqualTo("app");
  }

  @Test
  void nothingWrittenMeansScram() throws Exception {
    try (Line line = Line.to(node.node().port("other"))) {
      assertThat(line.send(Line.startup("app", "app")).receive().toString())
          .isEqualTo("Authentication 10");
    }
  }

  // ---- who does not

  @ParameterizedTest
  @CsvSource({
    "app,    disable",
    "scram,   disable",
    "scram, require",
    "md5er, disable",
    "clear,  require"
  })
  void wrongPasswordIsToldAsPostgresqlTellsIt(String user, String mode) {
    assertThat(refusal(user, "wrong", "sslmode", mode))
        .isEqualTo(Refusal.of(SecureServer.port(), "app", user, "wrong", "sslmode", mode));
  }

  @ParameterizedTest
  @ValueSource(strings = {"other", "md5"})
  void unknownUserIsToldTheSameAsAWrongPassword(String vdb) {
    assertThat(Refusal.of(node.node().port(vdb), "app", "nobody", "nobody-secret"))
        .isEqualTo(Refusal.of(SecureServer.port(), "app", "nobody", "nobody-secret"));
  }

  @Test
  void unknownUserCannotBeToldFromAKnownOneByTheExchange() throws Exception {
    String known = exchange("app");
    String unknown = exchange("nobody");
    assertThat(unknown).isEqualTo(known);
    // The salt of a name does not change from one attempt to the next: it would give it away.
    assertThat(salt("nobody")).isEqualTo(salt("nobody")).isNotEqualTo(salt("app"));
    assertThat(salt("app")).isEqualTo(salt("app"));
  }

  /** All that can be seen of an attempt, without what is random and without the name. */
  private static String exchange(String user) throws IOException {
    try (Line line = Line.to(node.node().port("other"))) {
      StringBuilder seen = new StringBuilder();
      Message offer = line.send(Line.startup(user, "app")).receive();
      seen.append(new String(offer.body(), StandardCharsets.ISO_8859_1)).append('|');
      Message first = line.send(initial("SCRAM-SHA-256", "n,,n=,r=abc")).receive();
      String[] parts = text(first).split(",");
      seen.append(parts[0].length()).append(parts[1].length()).append(parts[2]).append('|');
      String proof = "A".repeat(43) + "=";
      line.send(sasl("c=biws," + parts[0] + ",p=" + proof));
      return seen.append(line.refusal().toString().replace(user, "?")).toString();
    }
  }

  private static String salt(String user) throws IOException {
    try (Line line = Line.to(node.node().port("other"))) {
      line.send(Line.startup(user, "app")).receive();
      return text(line.send(initial("SCRAM-SHA-256", "n,,n=,r=abc")).receive()).split(",")[1];
    }
  }

  private static String text(Message authentication) {
    return new String(
        authentication.body(), 4, authentication.body().length - 4, StandardCharsets.US_ASCII);
  }

  @Test
  void firstRuleThatFitsDecides() {
    assertThat(refusal("early", "anything"))
        .isEqualTo(
            Refusal.fatal(
                "28000",
                "the auth table of VDB \"app\" rejects connection for host \"127.0.0.1\","
                    + " user \"early\", database \"app\", no encryption"));
    assertThat(refusal("shut", "shut-secret").message()).contains("rejects connection");
  }

  @Test
  void whereNoRuleFitsNobodyGetsIn() throws Exception {
    assertThat(sessionUser("app", "both", "both-secret")).isEqualTo("app");
    Refusal refusal = Refusal.of(port(), "postgres", "both", "both-secret");
    assertThat(refusal.sqlState()).isEqualTo("28000");
    assertThat(refusal.message())
        .isEqualTo(
            "no entry in the auth table of VDB \"app\" for host \"127.0.0.1\", user \"both\","
                + " database \"postgres\", no encryption");
  }

  @Test
  void passwordsInClearTextAreAskedForInsideTlsOnly() throws Exception {
    assertThat(refusal("clear", "clear-secret").message()).contains("no encryption");
    try (Line line = Line.to(port())) {
      line.startTls(Tls.trusting(AUTHORITY)).send(Line.startup("clear", "app"));
      assertThat(line.receive().toString()).isEqualTo("Authentication 3");
    }
  }

  @Test
  void userOfAnotherVdbMayNotEnter() throws Exception {
    assertThat(sessionUser("other", "elsewhere", "elsewhere-secret")).isEqualTo("app");
    Refusal right = refusal("elsewhere", "elsewhere-secret");
    assertThat(right.sqlState()).isEqualTo("42501");
    assertThat(right.message()).isEqualTo("permission denied for database \"app\"");
    assertThat(refusal("elsewhere", "wrong").sqlState()).isEqualTo("28P01");
  }

  @Test
  void databaseThatTheVdbDoesNotHaveIsUnknown() throws Exception {
    int named = node.node().port("named");
    try (Connection connection = SecureServer.jdbc(named, "shop", "app", "app")) {
      assertThat(connection.getCatalog()).isNotNull();
    }
    assertThat(Refusal.of(named, "app", "app", "app"))
        .isEqualTo(Refusal.fatal("3D000", "database \"app\" does not exist"));
    assertThat(Refusal.of(named, "nope", "app", "app"))
        .isEqualTo(Refusal.of(SecureServer.port(), "nope", "app", "app"));
  }

  @Test
  void databaseThatTheServerDoesNotHaveIsUnknownInItsWords() {
    assertThat(Refusal.of(port(), "nope", "app", "app"))
        .isEqualTo(Refusal.of(SecureServer.port(), "nope", "app", "app"));
  }

  @Test
  void oneClientTooManyIsToldWhichLimitItIs() throws Exception {
    try (Connection first = SecureServer.jdbc(node.node().port("one"), "app", "app", "app")) {
      assertThat(Refusal.of(node.node().port("one"), "app", "app", "app"))
          .isEqualTo(Refusal.fatal("53300", "sorry, too many clients already"));
      assertThat(first.isValid(5)).isTrue();
    }
    int perUser = node.node().port("one-per-user");
    try (Connection first = SecureServer.jdbc(perUser, "app", "app", "app")) {
      assertThat(Refusal.of(perUser, "app", "app", "app"))
          .isEqualTo(Refusal.fatal("53300", "too many connections for role \"app\""));
      SecureServer.jdbc(perUser, "app", "scram", "scram-secret").close();
      assertThat(first.isValid(5)).isTrue();
    }
    int perDatabase = node.node().port("one-per-database");
    try (Connection first = SecureServer.jdbc(perDatabase, "app", "app", "app")) {
      assertThat(Refusal.of(perDatabase, "app", "scram", "scram-secret"))
          .isEqualTo(Refusal.fatal("53300", "too many connections for database \"app\""));
      SecureServer.jdbc(perDatabase, "postgres", "app", "app").close();
      assertThat(first.isValid(5)).isTrue();
    }
    Await.until(
        "the place is free again",
        () -> node.clients().stream().noneMatch(row -> "one".equals(row.get("vdb"))));
    SecureServer.jdbc(node.node().port("one"), "app", "app", "app").close();
  }

  @Test
  void limitOfAUserHoldsOverAllVdbs() throws Exception {
    try (Connection first =
        SecureServer.jdbc(node.node().port("other"), "app", "single", "single-secret")) {
      for (String vdb : List.of("other", "one-per-database")) {
        assertThat(Refusal.of(node.node().port(vdb), "app", "single", "single-secret"))
            .isEqualTo(Refusal.fatal("53300", "too many connections for role \"single\""));
      }
      assertThat(first.isValid(5)).isTrue();
    }
  }

  @Test
  void limitOfTheNodeHoldsOverAllVdbsAndFollowsAReload() throws Exception {
    try (TestNode own =
        TestNode.start(
            c -> {
              SecureServer.behind(c).node("maxClients", 2);
              SecureServer.vdb(c, "other");
            })) {
      try (Connection first = SecureServer.jdbc(own.node().port("app"), "app", "app", "app")) {
        try (Connection second = SecureServer.jdbc(own.node().port("other"), "app", "app", "app")) {
          assertThat(Refusal.of(own.node().port("other"), "app", "app", "app"))
              .isEqualTo(Refusal.fatal("53300", "sorry, too many clients already"));
          assertThat(second.isValid(5)).isTrue();
        }
        // The operator needs a place too, and gets the second one's once it has gone.
        Await.until("the configuration is changed", () -> changed(own));
        SecureServer.jdbc(own.node().port("other"), "app", "app", "app").close();
        assertThat(first.isValid(5)).isTrue();
        // Other settings of node.json are taken over as well.
        try (Line silent = Line.to(own.node().port("app"))) {
          assertThat(silent.send(Line.startup("app", "app")).receive().type()).isEqualTo('R');
          assertThat(silent.refusal().sqlState()).isEqualTo("57014");
        }
      }
    }
  }

  private static boolean changed(TestNode node) {
    try {
      node.change(c -> c.node("maxClients", 3).node("loginTimeout", "2s"));
      return true;
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("too many clients");
      return false;
    }
  }

  @Test
  void clientThatLeavesWhileItsPasswordIsCheckedTakesNoPlace() throws Exception {
    try (TestNode own = TestNode.start(LogInIT::configure)) {
      int port = own.node().port("one");
      // More than are checked at a time: when the last one's turn comes, the first one's is over.
      for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors() + 2; i++) {
        try (Line impatient = Line.to(port)) {
          impatient.startTls(Tls.trusting(AUTHORITY)).send(Line.startup("heavy", "app"));
          assertThat(impatient.receive().toString()).isEqualTo("Authentication 3");
          impatient.send(Line.password("heavy-secret"));
        }
      }
      Await.until("the only place is free", () -> getsIn(port, "heavy", "heavy-secret"));
    }
  }

  private static boolean getsIn(int port, String user, String password) throws IOException {
    try (Line line = Line.to(port)) {
      line.startTls(Tls.trusting(AUTHORITY)).logIn(user, "app", password);
      return "in".equals(line.value("SELECT 'in'"));
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("53300")) {
        return false;
      }
      throw e;
    }
  }

  @Test
  void slowLogInIsEnded() throws Exception {
    try (TestNode own = TestNode.start(c -> SecureServer.behind(c).node("loginTimeout", "2s"))) {
      int port = own.node().port("app");
      try (Line silent = Line.to(port);
          Line half = Line.to(port);
          Line undecided = Line.to(port)) {
        half.send(new byte[] {0, 0, 0});
        undecided.send(Line.startup("app", "app"));
        assertThat(undecided.receive().toString()).isEqualTo("Authentication 10");
        assertThat(undecided.refusal().toString())
            .isEqualTo(
                "ErrorResponse {C=57014, M=canceling authentication due to timeout, S=FATAL}");
        assertThat(silent.untilClosed()).isEmpty();
        assertThat(half.untilClosed()).isEmpty();
      }
      SecureServer.jdbc(port, "app", "app", "app").close();
    }
  }

  // ---- bytes that no driver sends

  private static byte[] initial(String mechanism, String first) {
    byte[] name = (mechanism + '\0').getBytes(StandardCharsets.US_ASCII);
    byte[] message = first.getBytes(StandardCharsets.US_ASCII);
    return Frontend.message(
        'p',
        ByteBuffer.allocate(name.length + 4 + message.length)
            .put(name)
            .putInt(message.length)
            .put(message)
            .array());
  }

  private static byte[] sasl(String message) {
    return Frontend.message('p', message.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] raw(String latin1) {
    return Frontend.message('p', latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  static List<List<byte[]>> brokenExchanges() {
    byte[] first = initial("SCRAM-SHA-256", "n,,n=,r=abc");
    return List.of(
        List.of(initial("SCRAM-SHA-1", "n,,n=,r=abc")),
        List.of(initial("SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,n=,r=abc")),
        List.of(initial("SCRAM-SHA-256", "n,a=admin,n=,r=abc")),
        List.of(initial("SCRAM-SHA-256", "x,,n=,r=abc")),
        List.of(initial("SCRAM-SHA-256", "p=tls-unique,,n=,r=abc")),
        List.of(initial("SCRAM-SHA-256", "n,,m=x,n=,r=abc")),
        List.of(initial("SCRAM-SHA-256", "n,,n=")),
        List.of(first, sasl("c=biws,r=other,p=" + "A".repeat(43) + "=")),
        List.of(first, sasl("nonsense")),
        List.of(Frontend.query("SELECT 1")));
  }

  @ParameterizedTest
  @MethodSource("brokenExchanges")
  void brokenExchangeIsAnsweredAsByPostgresql(List<byte[]> messages) throws Exception {
    Message ours = answer(port(), messages);
    Message theirs = answer(SecureServer.port(), messages);
    assertThat(ours.sqlState()).isEqualTo(theirs.sqlState());
    assertThat(ours.fields().get('M')).isEqualTo(theirs.fields().get('M'));
  }

  private static Message answer(int port, List<byte[]> messages) throws IOException {
    try (Line line = Line.to(port)) {
      line.send(Line.startup("scram", "app")).receive();
      for (byte[] message : messages.subList(0, messages.size() - 1)) {
        assertThat(line.send(message).receive().type()).isEqualTo('R');
      }
      return line.send(messages.get(messages.size() - 1)).refusal();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SCRAM-SHA-256",
        "SCRAM-SHA-256\0",
        "SCRAM-SHA-256\0\0\0\0",
        "SCRAM-SHA-256\0\0\0\0\u0063n,,n=,r=abc",
        "SCRAM-SHA-256\0\u007f\u00ff\u00ff\u00ffn,,n=,r=abc",
        "SCRAM-SHA-256\0\u00ff\u00ff\u00ff\u00ffn,,n=,r=abc"
      })
  void saslResponseMustBeAsLongAsItSays(String body) throws Exception {
    assertThat(answer(port(), List.of(raw(body))).sqlState()).isEqualTo("08P01");
  }

  @Test
  void emptyPasswordIsToldAsPostgresqlTellsIt() throws Exception {
    assertThat(emptyPassword(port(), AUTHORITY))
        .isEqualTo(emptyPassword(SecureServer.port(), SecureServer.authority()));
  }

  private static String emptyPassword(int port, Authority authority) throws IOException {
    try (Line line = Line.to(port)) {
      line.startTls(Tls.trusting(authority)).send(Line.startup("clear", "app")).receive();
      return line.send(Line.password("")).refusal().toString();
    }
  }

  @Test
  void startupPacketWithoutAUserIsToldAsPostgresqlTellsIt() throws Exception {
    assertThat(withoutUser(port())).isEqualTo(withoutUser(SecureServer.port()));
  }

  private static String withoutUser(int port) throws IOException {
    try (Line line = Line.to(port)) {
      return line.send(Frontend.startup(0, Map.of("database", "app"))).refusal().toString();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4 << 16, 1234 << 16 | 5681})
  void unknownProtocolIsToldAsPostgresqlTellsIt(int protocol) throws Exception {
    assertThat(unknownProtocol(port(), protocol))
        .isEqualTo(unknownProtocol(SecureServer.port(), protocol));
  }

  private static String unknownProtocol(int port, int protocol) throws IOException {
    try (Line line = Line.to(port)) {
      return line.send(Frontend.firstPacket(protocol, new byte[1])).refusal().toString();
    }
  }
}
