package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever is over a limit gets an error, whatever the protocol is, and the others go on. */
public abstract class LimitsContract extends KitContract {
  private static final String LONG = "x".repeat(4_000);

  protected LimitsContract(KitDialect dialect) {
    super(dialect);
  }

  private static void isEnded(KitClient client) {
    assertThat(client.told()).last().asString().startsWith("error ");
    assertThat(client.connected()).isFalse();
  }

  private KitClient comes(String user) {
    KitClient client = connect();
    client.logIn(user);
    return client;
  }

  @Test
  void clientsOfAVirtualDatabaseHaveALimit() {
    start(ONE_CONNECTION + ", \"clients\": {\"max\": 2}");
    KitClient ann = client("ann");
    KitClient bob = client("bob");

    isEnded(comes("bob"));

    answers(ann, words.reading("one"), "row one", "idle");
    bob.leave();
    answers(client("bob"), words.reading("two"), "row two", "idle");
  }

  @Test
  void clientsOfAUserHaveALimit() {
    start(ONE_CONNECTION + ", \"clients\": {\"maxPerUser\": 1}");
    KitClient ann = client("ann");

    isEnded(comes("ann"));

    answers(client("bob"), words.reading("two"), "row two", "idle");
    ann.leave();
    answers(client("ann"), words.reading("one"), "row one", "idle");
  }

  @Test
  void clientsThatWaitHaveALimit() {
    start("\"pool\": {\"size\": 1, \"maxQueue\": 1}");
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    KitClient last = client("bob");
    answers(ann, "BEGIN", "open");
    answers(ann, words.write(), "open");
    answers(bob, words.reading("two"));

    assertThat(last.asks(words.reading("three"))).hasSize(1).allMatch(KitContract::isError);

    answers(ann, "COMMIT", "idle");
    assertThat(bob.told()).containsExactly("row two", "idle");
    answers(last, words.reading("three"), "row three", "idle");
  }

  @Test
  void aStatementHasALimit() {
    start(ONE_CONNECTION + ", \"limits\": {\"maxStatementSize\": 1024}");
    KitClient ann = client("ann");
    KitClient bob = client("bob");

    ann.sends(words.reading(LONG));

    assertThat(ann.told()).last().asString().startsWith("error ");
    assertThat(servers().open())
        .allSatisfy(server -> assertThat(server.received()).noneMatch(sql -> sql.contains(LONG)));
    answers(bob, words.reading("two"), "row two", "idle");
  }

  @Test
  void whoeverSaysNothingAmidATransactionIsEnded() {
    start(ONE_CONNECTION + ", \"clients\": {\"idleInTransactionTimeout\": \"10s\"}");
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    answers(ann, "BEGIN", "open");
    answers(ann, words.write(), "open");
    answers(bob, words.reading("two"));

    node.turns().advance(Duration.ofSeconds(9));
    assertThat(ann.connected()).isTrue();
    node.turns().advance(Duration.ofSeconds(2));

    isEnded(ann);
    assertThat(bob.told()).containsExactly("row two", "idle");
    assertThat(servers().committed()).isZero();
  }

  @Test
  void aStatementThatTakesTooLongIsCancelled() {
    start(
        ONE_CONNECTION + ", \"clients\": {\"queryTimeout\": \"10s\", \"cancelTimeout\": \"10s\"}");
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    answers(ann, words.reading("none"), "row none", "idle");
    servers().hold(true);
    ann.sends(words.reading("one"));

    node.turns().advance(Duration.ofSeconds(11));
    assertThat(servers().cancels()).isEqualTo(1);
    node.turns().advance(Duration.ofSeconds(11)); // the server heeds no cancel
    servers().hold(false);

    assertThat(ann.told()).last().asString().startsWith("error ");
    answers(bob, words.reading("two"), "row two", "idle");
  }

  /** More than a client may have sent without being answered waits, and is answered in order. */
  @Test
  void statementsThatWaitForAnswersHaveALimit() {
    start(ONE_CONNECTION + ", \"limits\": {\"maxPipeline\": 2}");
    KitClient ann = client("ann");
    servers().hold(true);

    ann.send(
        out ->
            List.of("one", "two", "three", "four")
                .forEach(word -> ann.write(out, words.reading(word))));
    servers().hold(false);

    assertThat(ann.told())
        .containsExactly(
            "row one", "idle", "row two", "idle", "row three", "idle", "row four", "idle");
  }

  @Test
  void whatClientsHavePreparedHasALimit() {
    start(KitSettings.of(ONE_CONNECTION).withMemory(400_000));
    KitClient ann = client("ann");
    KitClient bob = client("bob");

    int prepared = 0;
    while (prepared < 1_000 && ann.told().stream().noneMatch(KitContract::isError)) {
      ann.prepare(prepared, words.reading(prepared + LONG));
      prepared++;
    }

    assertThat(prepared).isBetween(10, 500);
    answers(bob, words.reading("two"), "row two", "idle");
    ann.leave();
    bob.prepare(1, words.reading("three"));
    assertThat(bob.told()).noneMatch(KitContract::isError);
    bob.execute(1);
    assertThat(bob.told()).containsExactly("row three", "idle");
  }
}
