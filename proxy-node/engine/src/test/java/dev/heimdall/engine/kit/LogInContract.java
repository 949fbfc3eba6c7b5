package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How clients log in whatever their protocol is. */
public abstract class LogInContract extends KitContract {
  private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(15);
  private final String method;
  private final String stopping;

  /**
   * @param method of the authentication table, by which clients prove that they know a password
   * @param stopping what clients hear of a node that does not let them in any more
   */
  protected LogInContract(KitDialect dialect, String method, String stopping) {
    super(dialect);
    this.method = method;
    this.stopping = stopping;
  }

  private void startWithPasswords(String vdb) {
    start(KitSettings.of(vdb).withAuth(by("")));
  }

  private String by(String members) {
    return "{\"method\": \"" + method + "\"" + members + "}";
  }

  private KitClient logsIn(String user, String password, KitLine.Fault fault) {
    KitClient client = connect();
    client.line(fault);
    client.logIn(user, password);
    return client;
  }

  private List<String> told(String user, String password) {
    KitClient client = logsIn(user, password, KitLine.Fault.NONE);
    node.turns().advance(Duration.ofSeconds(1));
    List<String> told = client.told();
    assertThat(client.connected()).as("%s after %s", user, told).isFalse();
    return told;
  }

  /** How many bytes a whole log-in has. */
  private int length() {
    KitClient client = logsIn("ann", "ann", KitLine.Fault.NONE);
    int length = client.said();
    assertThat(client.told()).noneMatch(KitContract::isError);
    answers(client, words.reading("one"), "row one", "idle");
    client.leave();
    return length;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, Integer.MAX_VALUE})
  void whoeverKnowsThePasswordIsLetIn(int piece) {
    startWithPasswords(ONE_CONNECTION);

    KitClient ann = logsIn("ann", "ann", KitLine.Fault.pieces(piece));

    assertThat(ann.told()).noneMatch(KitContract::isError);
    answers(ann, words.reading("one"), "row one", "idle");
  }

  @Test
  void anUnknownUserIsToldWhatAWrongPasswordIsTold() {
    startWithPasswords(ONE_CONNECTION);

    List<String> wrong = told("ann", "bob");
    List<String> unknown = told("eve", "bob");

    assertThat(wrong).last().asString().startsWith("error 28");
    assertThat(unknown).isEqualTo(wrong);
    answers(client("ann"), words.reading("one"), "row one", "idle");
  }

  @Test
  void whoeverTheTableRejectsDoesNotGetIn() {
    String elsewhere = by(", \"users\": [\"ann\"], \"address\": \"10.0.0.0/8\"");
    String rejects = "{\"method\": \"reject\", \"users\": [\"ann\"]}";
    start(KitSettings.of(ONE_CONNECTION).withAuth(String.join(", ", elsewhere, rejects, by(""))));

    assertThat(told("ann", "ann")).last().asString().startsWith("error ");
    answers(client("bob"), words.reading("two"), "row two", "idle");
  }

  /** As long as a node has announced its end, clients may come that do not know of it. */
  @Test
  void whoHasLoggedInALittleWhileAgoMayStayWhileTheNodeDrains() {
    Duration stay = Duration.ofSeconds(4);
    startWithPasswords(ONE_CONNECTION);
    KitClient ann = logsIn("ann", "ann", KitLine.Fault.NONE);
    node.turns().advance(stay);
    KitClient bob = logsIn("bob", "bob", KitLine.Fault.NONE);
    assertThat(bob.told()).noneMatch(KitContract::isError);

    node.drain(stay);

    assertThat(ann.told()).last().matches(KitContract::isError);
    node.turns().advance(stay.minusMillis(1));
    node.drain(stay);
    answers(bob, words.reading("two"), "row two", "idle");
    node.turns().advance(Duration.ofMillis(1));
    node.drain(stay);
    assertThat(bob.told()).hasSize(1).allMatch(KitContract::isError);
  }

  /** Without a notice, too, nobody is welcomed by a node and sent away behind that. */
  @Test
  void whoIsAmidALogInWhenANodeDrainsIsToldSoInPlaceOfAWelcome() {
    startWithPasswords(ONE_CONNECTION + ", \"clients\": {\"max\": 1}");

    int length = length();
    for (int bytes = 0; bytes < length; bytes++) {
      KitClient client = logsIn("ann", "ann", KitLine.Fault.endsBehind(bytes));
      node.drain(Duration.ZERO);
      client.goOn();
      assertThat(client.told())
          .as("behind %s bytes", bytes)
          .allMatch(word -> word.equals(KitClient.ASKED) || word.equals(stopping))
          .last()
          .isEqualTo(stopping);
      assertThat(client.connected()).as("behind %s bytes", bytes).isFalse();
    }
    assertThat(node.clients()).isZero();
  }

  /** Who has not said who it is cannot be told anything in every protocol. */
  @Test
  void whoIsAmidALogInWhenANodeEndsHearsNothingElse() {
    startWithPasswords(ONE_CONNECTION + ", \"clients\": {\"max\": 1}");

    int length = length();
    for (int bytes = 0; bytes < length; bytes++) {
      KitClient client = logsIn("ann", "ann", KitLine.Fault.endsBehind(bytes));
      node.endLogIns();
      assertThat(client.told())
          .as("behind %s bytes", bytes)
          .allMatch(word -> word.equals(KitClient.ASKED) || word.equals(stopping));
      assertThat(client.connected()).as("behind %s bytes", bytes).isFalse();
    }
  }

  @Test
  void whoeverLeavesAmidALogInHoldsNothing() {
    startWithPasswords(ONE_CONNECTION + ", \"clients\": {\"max\": 1}");

    int length = length();
    for (int bytes = 0; bytes < length; bytes++) {
      logsIn("ann", "ann", KitLine.Fault.endsBehind(bytes)).leave();
    }

    answers(client("bob"), words.reading("two"), "row two", "idle");
  }

  @Test
  void whoeverStopsAmidALogInIsEnded() {
    startWithPasswords(ONE_CONNECTION + ", \"clients\": {\"max\": 1}");

    int length = length();
    for (int bytes = 0; bytes < length; bytes++) {
      KitClient client = logsIn("ann", "ann", KitLine.Fault.endsBehind(bytes));
      node.turns().advance(LOGIN_TIMEOUT.minusSeconds(1));
      assertThat(client.connected()).as("behind %s bytes", bytes).isTrue();
      node.turns().advance(Duration.ofSeconds(2));
      assertThat(client.connected()).as("behind %s bytes", bytes).isFalse();
    }

    answers(client("bob"), words.reading("two"), "row two", "idle");
  }

  /** It finds late what its clients have sent in time, as a node does that got no processor. */
  @Test
  void timeInWhichTheNodeDidNotRunCountsForNoLogIn() {
    startWithPasswords(ONE_CONNECTION);
    int length = length();
    KitClient ann = logsIn("ann", "ann", KitLine.Fault.endsBehind(length - 1));

    node.turns().standStill(LOGIN_TIMEOUT.multipliedBy(2));
    assertThat(ann.connected()).isTrue();
    node.turns().advance(LOGIN_TIMEOUT.dividedBy(2));
    node.turns().standStill(LOGIN_TIMEOUT);
    ann.goOn();

    assertThat(ann.told()).noneMatch(KitContract::isError);
    answers(ann, words.reading("one"), "row one", "idle");
  }

  /** However little it runs. */
  @Test
  void aLogInTakesEightTimesAsLongAsItMayAtMost() {
    startWithPasswords(ONE_CONNECTION);
    KitClient ann = logsIn("ann", "ann", KitLine.Fault.endsBehind(length() - 1));

    for (int times = 0; times < 7; times++) {
      node.turns().standStill(LOGIN_TIMEOUT);
      assertThat(ann.connected()).as("after %s", times).isTrue();
    }
    node.turns().standStill(LOGIN_TIMEOUT);
    node.turns().advance(Duration.ofSeconds(1));
    assertThat(ann.connected()).isFalse();
  }

  /**
   * Whatever becomes of the client: it gets in, or its connection ends, and nobody else is harmed.
   */
  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x80, 0xFF})
  void nonsenseAmidALogInHarmsNobody(int by) {
    startWithPasswords(ONE_CONNECTION);
    KitClient bob = client("bob");

    int length = length();
    for (int at = 0; at < length; at++) {
      KitClient client = logsIn("ann", "ann", KitLine.Fault.spoils(at, by));
      node.turns().advance(LOGIN_TIMEOUT.plusSeconds(1));
      List<String> told = client.told();
      assertThat(node.clients()).as("byte %s: %s", at, told).isEqualTo(client.connected() ? 2 : 1);
      client.leave();
      answers(bob, words.reading("two"), "row two", "idle");
    }
  }
}
