package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A log-in with a wrong password and one of a user whom nobody knows are answered by the same
 * messages, but for what is random in both and for the name that the client sent.
 */
@Tag("long")
class IndistinguishableUsersIT {
  private static final String STRANGER = "stranger";

  /** As messages of authentication number them. */
  private static final int MD5 = 5;

  private static final int SCRAM = 10;

  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(IndistinguishableUsersIT::configure);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static void configure(TestConfiguration c) {
    SecureServer.behind(c).node("failedLogIns.maxDelay", "0");
    c.clientTls("allow", new Authority("nodes").issue("node", "localhost").files());
    vdb(c, "md5", Map.of("method", "md5"));
    vdb(c, "clear", Map.of("type", "hostssl", "method", "password"));
    vdb(c, "asks", Map.of("type", "hostssl", "method", "password"));
    c.vdb("asks", "credentials", "passthrough");
    vdb(c, "tls-only", Map.of("type", "hostssl", "method", "scram-sha-256"));
    c.user("scram", "verifier", SecureServer.stored("scram"));
    c.user("plain", "password", "plain-secret");
    c.user("md5er", "verifier", SecureServer.stored("md5er"));
    c.user("elsewhere", "password", "elsewhere-secret");
    c.user("elsewhere", "vdbs", List.of("clear", "md5"));
  }

  private static void vdb(TestConfiguration c, String name, Map<String, Object> rule) {
    SecureServer.vdb(c, name)
        .vdb(name, "auth", List.of(rule))
        .vdb(name, "tls.certificateFile", "client-side.pem")
        .vdb(name, "tls.keyFile", "client-side.key")
        .vdb(name, "tls.mode", "allow");
  }

  private static Target at(String vdb, boolean tls) {
    Target target = node.target(vdb);
    return new Target(target.host(), target.port(), target.database(), "", "", tls);
  }

  /** What the node answers, to the end of the connection, without the user's name and salts. */
  private static List<String> transcript(Target at, String user, String password)
      throws IOException {
    try (RawClient client = RawClient.connect(at.as(user, password))) {
      client.startup(0);
      try {
        client.authenticate();
        throw new AssertionError(user + " was let in");
      } catch (RawClient.ErrorReceived e) {
        assertThat(client.untilClosed()).as("after the error").isEmpty();
      }
      return alike(client.greeting(), user);
    }
  }

  private static List<String> alike(List<Message> heard, String user) {
    return heard.stream()
        .map(message -> message.type() + new String(message.body(), StandardCharsets.ISO_8859_1))
        .map(text -> text.replace('"' + user + '"', "\"USER\""))
        .map(text -> text.replaceAll("r=[^,]*,s=[^,]*", "NONCE AND SALT"))
        .map(text -> text.startsWith("R\0\0\0\5") ? text.substring(0, 5) : text) // and a salt
        .toList();
  }

  /** The lengths of all messages: salts and nonces must not give users away by theirs. */
  private static List<Integer> lengths(Target at, String user) throws IOException {
    try (RawClient client = RawClient.connect(at.as(user, "wrong"))) {
      List<Integer> lengths = new ArrayList<>();
      client.startup(0);
      try {
        client.authenticate();
      } catch (RawClient.ErrorReceived e) {
        lengths.add(e.error().body().length - user.length());
      }
      for (Message message : client.greeting()) {
        lengths.add(message.type() == 'E' ? 0 : message.body().length);
      }
      return lengths;
    }
  }

  private static void assertAlike(String vdb, boolean tls, String... known) throws IOException {
    Target at = at(vdb, tls);
    for (Target place : List.of(at, at.in("nowhere"))) {
      List<String> strangers = transcript(place, STRANGER, "wrong");
      assertThat(strangers).isNotEmpty();
      for (String user : known) {
        for (String password : List.of("wrong", "")) {
          assertThat(transcript(place, user, password))
              .as("%s of %s with \"%s\"", user, vdb, password)
              .isEqualTo(transcript(place, STRANGER, password));
        }
        assertThat(lengths(place, user))
            .as("lengths for %s", user)
            .isEqualTo(lengths(place, STRANGER));
      }
    }
  }

  @Test
  void scram() throws IOException {
    for (boolean tls : new boolean[] {false, true}) {
      assertAlike("app", tls, "scram", "plain", "elsewhere");
    }
  }

  @Test
  void clearText() throws IOException {
    assertAlike("clear", true, "scram", "plain", "md5er", "elsewhere");
    assertAlike("clear", false, "scram", "plain", "md5er");
  }

  @Test
  void clearTextThatTheServerDecidesOn() throws IOException {
    // Of these the server knows the first, the node both of the others, and nobody the last.
    assertAlike("asks", true, "full", "scram", "plain");
  }

  @Test
  void usersOfTlsOnly() throws IOException {
    assertAlike("tls-only", false, "scram", "plain");
    assertAlike("tls-only", true, "scram", "plain");
  }

  /** Users with an MD5 hash are asked for MD5, others for SCRAM: so is each of the unknown. */
  @Test
  void md5() throws IOException {
    Target md5 = at("md5", false);
    for (Target place : List.of(md5, at("md5", true), md5.in("nowhere"))) {
      String likeMd5 = askedFor(place, MD5);
      String likeScram = askedFor(place, SCRAM);
      for (String password : List.of("wrong", "")) {
        for (String user : List.of("md5er", "scram", "plain", "elsewhere")) {
          String like = asked(place, user) == MD5 ? likeMd5 : likeScram;
          assertThat(transcript(place, user, password))
              .as("%s with \"%s\"", user, password)
              .isEqualTo(transcript(place, like, password));
        }
      }
      assertThat(asked(place, "md5er")).isEqualTo(MD5);
      assertThat(asked(place, "scram")).isEqualTo(SCRAM);
      assertThat(lengths(place, likeMd5)).isEqualTo(lengths(place, "md5er"));
      assertThat(lengths(place, likeScram)).isEqualTo(lengths(place, "scram"));
      assertThat(asked(place, likeMd5)).as("each time").isEqualTo(MD5);
      assertThat(asked(place, likeScram)).as("each time").isEqualTo(SCRAM);
    }
  }

  @Test
  void whoKnowsThePasswordIsLetInByMd5() throws IOException {
    for (String user : List.of("md5er", "scram")) {
      try (RawClient client =
          RawClient.logIn(at("md5", false).in("app").as(user, user + "-secret"))) {
        assertThat(client.value("SELECT 1")).isEqualTo("1");
      }
    }
    assertThat(asked(at("md5", false), "md5er")).isEqualTo(MD5);
  }

  @Test
  void proofsThatAreNone() throws IOException {
    for (byte[] proof : List.of(new byte[0], new byte[] {0}, bytes("c=biws,r=x,p=y"), bytes("p"))) {
      assertThat(garbled(at("app", false), "scram", proof))
          .isEqualTo(garbled(at("app", false), STRANGER, proof));
      Target md5 = at("md5", false);
      assertThat(garbled(md5, "scram", proof)).isEqualTo(garbled(md5, askedFor(md5, SCRAM), proof));
      assertThat(garbled(md5, "md5er", proof)).isEqualTo(garbled(md5, askedFor(md5, MD5), proof));
    }
  }

  /** What the node asks a user for first. */
  private static int asked(Target at, String user) throws IOException {
    try (RawClient client = RawClient.connect(at.as(user, ""))) {
      client.startup(0);
      return ByteBuffer.wrap(client.receive().body()).getInt();
    }
  }

  /** Somebody whom nobody knows and who is asked for this. */
  private static String askedFor(Target at, int method) throws IOException {
    for (int i = 0; i < 200; i++) {
      if (asked(at, STRANGER + i) == method) {
        return STRANGER + i;
      }
    }
    throw new AssertionError("no stranger is asked for " + method);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Instead of the client's first message this is sent. */
  private static List<String> garbled(Target at, String user, byte[] proof) throws IOException {
    try (RawClient client = RawClient.connect(at.as(user, ""))) {
      List<Message> heard = new ArrayList<>();
      client.startup(0);
      heard.add(client.receive());
      client.send(Frontend.message('p', proof));
      heard.addAll(client.untilClosed());
      return alike(heard, user);
    }
  }

  /** A salt that is another one each time would be no user's. */
  @Test
  void saltsAreTheSameEachTime() throws IOException {
    for (String user : List.of("scram", "plain", STRANGER)) {
      assertThat(salt(user)).as("of %s", user).isEqualTo(salt(user));
    }
    assertThat(salt(STRANGER)).isNotEqualTo(salt("stranger2"));
  }

  private static String salt(String user) throws IOException {
    try (RawClient client = RawClient.connect(at("app", false).as(user, "wrong"))) {
      client.startup(0);
      try {
        client.authenticate();
      } catch (RawClient.ErrorReceived e) {
        // as it should be
      }
      String challenge =
          client.greeting().stream()
              .map(message -> new String(message.body(), StandardCharsets.ISO_8859_1))
              .filter(text -> text.contains(",s="))
              .findFirst()
              .orElseThrow();
      return challenge.replaceAll(".*,s=([^,]*).*", "$1");
    }
  }
}
