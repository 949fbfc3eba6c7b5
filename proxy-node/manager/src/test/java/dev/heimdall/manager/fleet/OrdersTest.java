package dev.heimdall.manager.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.manager.SettableClock;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Author;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OrdersTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SettableClock clock = new SettableClock("2026-01-01T00:00:00Z");
  private final Fleet fleet = new Fleet(clock);
  private final Orders orders = new Orders(clock);
  private final RollingRestart rolling = new RollingRestart(fleet, orders, clock);

  /** A node reports; the ids of what it is told. */
  private List<String> report(String id, String run, boolean ready, String... said)
      throws IOException {
    clock.forward(Duration.ofMillis(10));
    JsonNode state = JSON.readTree("{\"ready\": " + ready + "}");
    SeenNode node =
        new SeenNode(
            id,
            run,
            1,
            "1.0",
            Instant.EPOCH,
            "10.0.0.1",
            clock.instant(),
            Duration.ofSeconds(2),
            Map.of("state", state),
            Optional.empty());
    assertThat(fleet.take(node, clock.instant().toEpochMilli())).isEqualTo(Fleet.Outcome.TAKEN);
    List<String> told =
        orders.reported(id, run, JSON.readTree("[" + String.join(",", said) + "]")).stream()
            .map(Order::id)
            .toList();
    rolling.progress();
    return told;
  }

  private static String says(String order, String state) {
    return "{\"id\": \"%s\", \"state\": \"%s\", \"detail\": \"so\"}".formatted(order, state);
  }

  private Order issue(String node, Command command) {
    return orders.issue(fleet.node(node).orElseThrow(), command, Map.of(), "alice");
  }

  private Order.State state(Order order) {
    return orders.order(order.id()).orElseThrow().state();
  }

  @Test
  void anOrderIsToldUntilTheNodeSaysThatItHasIt() throws Exception {
    report("a", "1", true);
    Order order = issue("a", Command.RELOAD);
    assertThat(report("b", "1", true)).as("it is not b's").isEmpty();
    assertThat(report("a", "1", true)).containsExactly(order.id());
    assertThat(report("a", "1", true)).as("the answer was lost").containsExactly(order.id());
    assertThat(report("a", "1", true, says(order.id(), "running"))).isEmpty();
    assertThat(state(order)).isEqualTo(Order.State.RUNNING);
    report("b", "1", true, says(order.id(), "failed"));
    assertThat(state(order)).as("b has no say in it").isEqualTo(Order.State.RUNNING);
    report("a", "1", true, says(order.id(), "done"));
    assertThat(state(order)).isEqualTo(Order.State.DONE);
    report("a", "1", true, says(order.id(), "running"));
    assertThat(state(order)).as("a report that was late").isEqualTo(Order.State.DONE);
  }

  @Test
  void whatIsOlderThanAMinuteIsNotToldAnyMore() throws Exception {
    report("a", "1", true);
    Order order = issue("a", Command.DRAIN);
    clock.forward(Duration.ofSeconds(61));
    assertThat(report("a", "1", true)).isEmpty();
    assertThat(state(order)).isEqualTo(Order.State.EXPIRED);
  }

  @Test
  void whatANodeHasDoneCountsHoweverLateItSaysSo() throws Exception {
    report("a", "1", true);
    Order order = issue("a", Command.DRAIN);
    report("a", "1", true);
    clock.forward(Duration.ofSeconds(61));
    assertThat(orders.all()).extracting(Order::state).containsExactly(Order.State.EXPIRED);
    assertThat(orders.all().get(0).detail()).contains("may have carried it out");
    report("a", "1", true, says(order.id(), "done"));
    assertThat(state(order)).isEqualTo(Order.State.DONE);
  }

  @Test
  void anOrderIsForOneRunOfItsNode() throws Exception {
    report("a", "1", true);
    Order drain = issue("a", Command.DRAIN);
    Order restart = issue("a", Command.RESTART);
    report("a", "1", true);
    assertThat(report("a", "2", true)).isEmpty();
    assertThat(state(drain)).isEqualTo(Order.State.FAILED);
    assertThat(state(restart)).isEqualTo(Order.State.DONE);
  }

  @Test
  void theNextNodeBeginsAnewWhenTheOneBeforeIsReady() throws Exception {
    report("a", "1", true);
    report("b", "1", true);
    assertThat(rolling.begin("alice")).isTrue();
    assertThat(rolling.begin("alice")).isFalse();
    String first = report("a", "1", true).get(0);
    assertThat(report("b", "1", true)).as("not yet").isEmpty();
    report("a", "1", false, says(first, "running"));
    report("a", "2", false);
    assertThat(report("b", "1", true)).as("a is not ready").isEmpty();
    report("a", "2", true);
    assertThat(report("b", "1", true)).hasSize(1);
    report("b", "2", true);
    assertThat(rolling.progress())
        .isEqualTo(new RollingRestart.Progress(false, 2, 2, "", "all are ready again"));
  }

  @Test
  void itStopsAtTheFirstThatRefusesOrDoesNotComeBack() throws Exception {
    report("a", "1", true);
    report("b", "1", true);
    rolling.begin("alice");
    String first = report("a", "1", true).get(0);
    report("a", "1", true, says(first, "failed"));
    assertThat(report("b", "1", true)).isEmpty();
    assertThat(rolling.progress()).isEqualTo(new RollingRestart.Progress(false, 2, 0, "", "a: so"));

    rolling.begin("alice");
    String second = report("a", "1", true).get(0);
    report("a", "1", false, says(second, "running"));
    clock.forward(Duration.ofMinutes(11));
    assertThat(report("b", "1", true)).isEmpty();
    assertThat(rolling.progress().end()).contains("not ready again within 10 minutes");
  }

  /** Beyond what there is room for, entries of the audit log and commands to others go. */
  @Test
  void aNodeThatIsNamedThousandsOfTimesGetsACommandOnce() throws Exception {
    report("n1", "r1", true);
    AuditLog audit = new AuditLog(Optional.empty(), clock);

    List<Order> issued =
        new FleetCommands(fleet, orders, rolling, audit)
            .send(
                Collections.nCopies(6000, "n1"),
                Command.DRAIN,
                Map.of(),
                new Author("admin", "127.0.0.1", ""))
            .orElseThrow();

    assertThat(issued).hasSize(1);
    assertThat(audit.noted(Action.NODE_COMMANDED)).isEqualTo(1);
  }
}
