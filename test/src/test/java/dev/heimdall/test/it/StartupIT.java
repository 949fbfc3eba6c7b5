package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.cancelRequest;
import static dev.heimdall.test.fixture.Frontend.describePortal;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.gssEncRequest;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.startup;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartupIT extends EachNodeKind {

  @ParameterizedTest
  @CsvSource({"0, 4", "2, 32"})
  void theCancelKeyHasTheLengthOfTheProtocolVersion(int minor, int length) throws IOException {
    try (RawClient client = RawClient.connect(target()).logIn(minor)) {
      assertThat(client.greeting()).extracting(Message::type).doesNotContain('v');
      assertThat(client.secret()).hasSize(length);
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 9999})
  void anUnknownMinorVersionIsNegotiatedAsByTheServer(int minor) throws IOException {
    List<String> expected = negotiation(SharedPostgres.target(), minor);
    assertThat(negotiation(target(), minor)).isEqualTo(expected);
  }

  @Test
  void unknownProtocolOptionsAreNamedToTheClient() throws IOException {
    for (int minor : new int[] {0, 2, 9999}) {
      String[] options = {"_pq_.first", "1", "_pq_.second", "x"};
      List<String> expected = negotiation(SharedPostgres.target(), minor, options);
      assertThat(expected).isNotEmpty();
      assertThat(negotiation(target(), minor, options)).isEqualTo(expected);
    }
  }

  private static List<String> negotiation(Target target, int minor, String... options)
      throws IOException {
    try (RawClient client = RawClient.connect(target).logIn(minor, options)) {
      List<String> seen = new ArrayList<>();
      for (Message message : client.greeting()) {
        if (message.type() == 'v') {
          seen.add(message.toString());
        }
      }
      seen.add("key of " + client.secret().length);
      seen.add(client.value("SELECT 'works'"));
      return seen;
    }
  }

  @Test
  void anOldMajorVersionIsRefusedAsByTheServer() throws IOException {
    for (int major : new int[] {2, 4, 7}) {
      String refusal = "unsupported frontend protocol " + major + ".0: server supports 3.0 to 3.2";
      for (Target target : List.of(SharedPostgres.target(), target())) {
        try (RawClient client = RawClient.connect(target)) {
          client.send(Frontend.firstPacket(major << 16, new byte[] {0}));
          String answer = new String(client.stream().readAllBytes(), StandardCharsets.UTF_8);
          assertThat(answer).startsWith("E").contains(refusal);
        }
      }
    }
  }

  @Test
  void encryptionByGssapiIsRefusedAndTheClientGoesOn() throws IOException {
    try (RawClient client = RawClient.connect(target())) {
      client.send(gssEncRequest());
      assertThat(client.receiveByte()).isEqualTo('N');
      client.logIn(0);
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void theServersOwnParametersReachTheClient() throws IOException {
    String[] wishes = {
      "application_name", "it", "DateStyle", "German", "options", "-c TimeZone=Asia/Tokyo"
    };
    try (RawClient direct = RawClient.logIn(SharedPostgres.target(), wishes);
        RawClient client = logIn(wishes)) {
      assertThat(client.parameters()).isEqualTo(direct.parameters());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-c work_mem=5MB",
        "-cwork_mem=5MB",
        "--work-mem=5MB",
        "-c work_mem=5MB -c search_path=a,\\ c",
        "--search_path=x -c my.own=value",
      })
  void optionsAreAppliedAsByTheServer(String options) throws IOException {
    String sql =
        "SELECT current_setting('work_mem'), current_setting('search_path'), current_setting('my.own', true)";
    try (RawClient direct = RawClient.logIn(SharedPostgres.target(), "options", options);
        RawClient client = logIn("options", options)) {
      assertThat(client.query(sql).toString()).isEqualTo(direct.query(sql).toString());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "no_such_setting, 1",
    "work_mem, plenty",
    "max_connections, 5",
    "options, -c nonsense=1",
    "client_encoding, KLINGON"
  })
  void aWrongParameterIsRefusedAsByTheServer(String name, String value) throws IOException {
    assertThat(refusal(target(), name, value))
        .isEqualTo(refusal(SharedPostgres.target(), name, value));
  }

  @Test
  void aTerminateInPlaceOfTheStartupPacketEndsTheConnectionWithoutAWord() throws IOException {
    for (Target target : List.of(SharedPostgres.target(), target())) {
      try (RawClient client = RawClient.connect(target)) {
        client.send(Frontend.terminate());
        assertThat(client.untilClosed()).isEmpty();
      }
    }
  }

  @Test
  void librariesToLoadAreRefusedBecauseConnectionsAreShared() throws IOException {
    for (String name : List.of("local_preload_libraries", "session_preload_libraries")) {
      assertThat(refusal(target(), name, "no_such_library"))
          .containsEntry('C', "0A000")
          .containsEntry(
              'M', "parameter \"%s\" cannot be set when a session begins".formatted(name));
    }
    logIn("local_preload_libraries", "").close();
  }

  @Test
  void aLongApplicationNameIsNoticedAsByTheServer() throws IOException {
    for (String name :
        List.of("x".repeat(63), "x".repeat(64), "é".repeat(31), "x" + "é".repeat(40))) {
      for (String least : List.of("notice", "warning")) {
        assertThat(notices(target(), name, least))
            .isEqualTo(notices(SharedPostgres.target(), name, least));
      }
    }
  }

  private static List<Map<Character, String>> notices(Target target, String name, String least)
      throws IOException {
    try (RawClient client =
        RawClient.logIn(target, "client_min_messages", least, "application_name", name)) {
      List<Map<Character, String>> notices = new ArrayList<>();
      for (Message message : client.greeting()) {
        if (message.type() == 'N') {
          Map<Character, String> fields = new TreeMap<>(message.fields());
          fields.keySet().removeAll(List.of('F', 'L', 'R'));
          notices.add(fields);
        }
      }
      return notices;
    }
  }

  private static Map<Character, String> refusal(Target target, String name, String value) {
    RawClient.ErrorReceived refused =
        catchThrowableOfType(
            RawClient.ErrorReceived.class, () -> RawClient.logIn(target, name, value).close());
    assertThat(refused).isNotNull();
    Map<Character, String> fields = new TreeMap<>(refused.error().fields());
    fields.keySet().removeAll(List.of('F', 'L', 'R'));
    return fields;
  }

  @ParameterizedTest
  @CsvSource({"app, wrong, app", "nobody, app, app"})
  void aWrongPasswordIsRefusedAsByTheServer(String user, String password, String database) {
    Target wrong = new Target("", 0, database, user, password, false);
    assertThat(logInRefusal(target(), wrong))
        .isEqualTo(logInRefusal(SharedPostgres.target(), wrong));
  }

  @Test
  void anUnknownDatabaseIsRefusedAsByTheServer() {
    Target wrong = new Target("", 0, "nowhere", "app", "app", false);
    assertThat(logInRefusal(target(), wrong))
        .isEqualTo(logInRefusal(SharedPostgres.target(), wrong));
  }

  private static Map<Character, String> logInRefusal(Target place, Target who) {
    return refusal(
        place.as(who.user(), who.password()).in(who.database()), "application_name", "it");
  }

  @Test
  void messagesMaySplitAtEveryByte() throws IOException {
    byte[] conversation =
        Frontend.all(
            query("SELECT 'simple'"),
            parse("s", "SELECT $1::text"),
            bind("", "s", "value"),
            describePortal(""),
            execute("", 0),
            sync(),
            query("BEGIN"),
            query("ROLLBACK"));
    try (RawClient client = logIn();
        RawClient other = logIn()) {
      client.send(conversation);
      String expected = fourAnswers(client);
      for (int cut = 1; cut < conversation.length; cut++) {
        client.send(Frontend.all(Frontend.closeStatement("s"), sync()));
        client.untilReady();
        client.sendPart(conversation, 0, cut);
        // On one loop, the node has read the part by the time it has answered somebody else.
        other.send(sync());
        other.untilReady();
        client.sendPart(conversation, cut, conversation.length);
        assertThat(fourAnswers(client)).as("cut at %d", cut).isEqualTo(expected);
      }
    }
  }

  @Test
  void messagesMayComeByteByByte() throws IOException {
    byte[] conversation =
        Frontend.all(query("SELECT 'simple'"), Frontend.statement("SELECT $1::text", "v"), sync());
    try (RawClient client = logIn()) {
      for (int i = 0; i < conversation.length; i++) {
        client.sendPart(conversation, i, i + 1);
      }
      assertThat(client.untilReady()).extracting(Message::type).containsExactly('T', 'D', 'C', 'Z');
      assertThat(client.untilReady())
          .extracting(Message::type)
          .containsExactly('1', '2', 'T', 'D', 'C', 'Z');
    }
  }

  private static String fourAnswers(RawClient client) throws IOException {
    StringBuilder answers = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      answers.append(client.untilReady());
    }
    return answers.toString();
  }

  @Test
  void theStartupPacketMayComeByteByByteWithTheFirstQueryBehindTheLogIn() throws IOException {
    try (RawClient client = RawClient.connect(target())) {
      if (target().tls()) {
        client.startTls();
      }
      byte[] packet = startup(0, Map.of("user", "app", "database", "app"));
      for (int i = 0; i < packet.length; i++) {
        client.sendPart(packet, i, i + 1);
      }
      client.authenticate();
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aStatementIsCancelled(int minor) throws IOException {
    try (RawClient client = RawClient.connect(target()).logIn(minor)) {
      client.send(query("SELECT pg_sleep(60)"));
      awaitRunning("SELECT pg_sleep(60)");
      client.cancel();
      assertThat(client.receive().type()).isEqualTo('T');
      assertThat(client.receive().sqlState()).isEqualTo("57014");
      client.untilReady();
      assertThat(client.value("SELECT 'goes on'")).isEqualTo("goes on");
    }
  }

  @Test
  void aCancelOfWhatHasEndedReachesNobodyElse() throws IOException {
    try (RawClient finished = logIn();
        RawClient running = logIn()) {
      finished.value("SELECT 1");
      running.send(query("SELECT count(*), pg_sleep(0.3) FROM pg_class"));
      finished.cancel();
      assertThat(running.untilReady()).extracting(Message::type).doesNotContain('E');
      assertThat(finished.value("SELECT 2")).isEqualTo("2");
    }
  }

  @Test
  void aWrongCancelKeyCancelsNothing() throws IOException {
    try (RawClient client = logIn()) {
      client.send(query("SELECT pg_sleep(0.3)"));
      byte[] wrong = client.secret().clone();
      wrong[0]++;
      for (byte[] secret : List.of(wrong, new byte[0], new byte[300])) {
        try (RawClient other = RawClient.connect(target())) {
          other.send(cancelRequest(client.processId(), secret));
          assertThat(other.untilClosed()).isEmpty();
        }
      }
      assertThat(client.untilReady()).extracting(Message::type).containsExactly('T', 'D', 'C', 'Z');
    }
  }

  private static void awaitRunning(String sql) {
    Await.until(
        "the server runs " + sql,
        () ->
            "1"
                .equals(
                    SharedPostgres.value(
                        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = '"
                            + sql
                            + "'")));
  }
}
