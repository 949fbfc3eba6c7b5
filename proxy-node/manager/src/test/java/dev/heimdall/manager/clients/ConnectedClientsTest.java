package dev.heimdall.manager.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.FleetReports;
import dev.heimdall.manager.fleet.LiveView;
import dev.heimdall.manager.fleet.SeenNode;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.DeferredRequest;
import dev.heimdall.manager.web.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The clients of several nodes, as somebody looks at them. */
class ConnectedClientsTest {
  private static final ClientQuery ALL = wish("", "");

  private final AtomicLong nanos = new AtomicLong();
  private final Fleet fleet = new Fleet(Clock.systemUTC());
  private final ConnectedClients clients = new ConnectedClients(fleet, nanos::get);
  private long time;
  private String run = "run";

  private static ClientQuery wish(String node, String user) {
    return new ClientQuery(node, "", user, "", "", "", "", "", "");
  }

  /** A node reports, with the clients of each look. */
  private void report(String node, String clients) throws Exception {
    Map<String, JsonNode> sections = Map.of("clients", Answer.JSON.readTree(clients));
    SeenNode seen =
        new SeenNode(
            node,
            run,
            1,
            "1",
            fleet.now(),
            "10.0.0.1",
            fleet.now(),
            Duration.ofSeconds(2),
            sections,
            Optional.empty());
    assertThat(FleetReports.take(fleet, seen, ++time)).isTrue();
    this.clients.arrived(seen);
  }

  private static String rows(String look, String... sortsAndIds) {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < sortsAndIds.length; i += 2) {
      rows.append(rows.isEmpty() ? "" : ",")
          .append(
              "{\"sort\": \"%s\", \"id\": %s, \"user\": \"ann\", \"vdb\": \"shop\", \"address\": \"10.0.0.7\"}"
                  .formatted(sortsAndIds[i], sortsAndIds[i + 1]));
    }
    return "{\"%s\": {\"clients\": 9, \"matching\": %d, \"states\": {\"idle\": %d}, \"rows\": [%s]}}"
        .formatted(look, sortsAndIds.length / 2, sortsAndIds.length / 2, rows);
  }

  private ConnectedClients.Shown look(ClientQuery wish) throws Refusal {
    return clients.look(wish, Duration.ZERO, Duration.ZERO);
  }

  private String look() {
    return clients.of("a").get(0).id();
  }

  @Test
  void nodesAreAskedAsLongAsSomebodyLooks() throws Exception {
    report("a", "{}");
    assertThat(clients.of("a")).isEmpty();
    assertThat(look(ALL).silent()).containsExactly("a");
    assertThat(clients.of("a")).singleElement().extracting(LiveView::parameters).isNotNull();
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
    assertThat(clients.of("a")).isEmpty();
  }

  @Test
  void rowsOfAllNodesAreInOneOrder() throws Exception {
    report("a", "{}");
    report("b", "{}");
    look(ALL);
    report("a", rows(look(), "1", "11", "4", "14"));
    assertThat(look(ALL).silent()).containsExactly("b");
    report("b", rows(look(), "2", "12", "3", "13"));
    ConnectedClients.Shown shown = look(ALL);
    assertThat(shown.rows().stream().map(ConnectedClients.Row::id))
        .containsExactly(11L, 12L, 13L, 14L);
    assertThat(shown.clients()).isEqualTo(18);
    assertThat(shown.matching()).isEqualTo(4);
    assertThat(shown.states()).containsEntry("idle", 4L);
    assertThat(clients.who("b", 12)).isEqualTo("ann of shop from 10.0.0.7");
    assertThat(clients.who("a", 12)).isEmpty();
  }

  @Test
  void whoWaitsIsWokenByTheLastNode() throws Exception {
    report("a", "{}");
    report("b", "{}");
    DeferredRequest later =
        catchThrowableOfType(
            DeferredRequest.class, () -> clients.look(ALL, Duration.ZERO, Duration.ofSeconds(30)));
    report("a", rows(look(), "1", "11"));
    assertThat(later.isOver()).isFalse();
    report("b", rows(look(), "2", "12"));
    assertThat(later.isOver()).isTrue();
    assertThat(clients.look(ALL, Duration.ofSeconds(1), Duration.ofSeconds(30)).rows()).hasSize(2);
  }

  @Test
  void whoHasWaitedForLongSeesWhatThereIs() throws Exception {
    report("a", "{}");
    Duration most = Duration.ofSeconds(3);
    assertThat(clients.look(ALL, most, most).silent()).containsExactly("a");
  }

  @Test
  void anotherRunOfANodeHasOtherClients() throws Exception {
    report("a", "{}");
    look(ALL);
    report("a", rows(look(), "1", "11"));
    assertThat(clients.seen("a", 11)).get().extracting(ConnectedClients.Row::run).isEqualTo("run");
    run = "another";
    report("a", "{}");
    assertThat(clients.seen("a", 11)).isEmpty();
    assertThat(look(ALL).silent()).containsExactly("a");
    report("a", rows(look(), "1", "11"));
    assertThat(look(ALL).rows().get(0).run()).isEqualTo("another");
  }

  @Test
  void aNodeIsAskedForWhatIsForIt() throws Exception {
    report("a", "{}");
    report("b", "{}");
    look(wish("b", "ann"));
    assertThat(clients.of("a")).isEmpty();
    assertThat(clients.of("b").get(0).parameters())
        .containsEntry("user", "ann")
        .doesNotContainKey("node");
  }

  @Test
  void whoLooksAtOneNodeMayChooseTheOthers() throws Exception {
    report("a", "{}");
    report("b", "{}");
    ConnectedClients.Shown shown = look(wish("b", ""));
    assertThat(shown.silent()).containsExactly("b");
    assertThat(shown.nodes()).containsExactly("a", "b");
  }

  @Test
  void fewLooksAreTakenAtATimeAndWhatNobodyLooksAtMakesRoom() throws Exception {
    for (int i = 0; i < ConnectedClients.MOST_WISHES; i++) {
      look(wish("", "user" + i));
    }
    ClientQuery more = wish("", "more");
    assertThatThrownBy(() -> look(more)).isInstanceOf(DeferredRequest.class);
    assertThatThrownBy(() -> clients.look(more, Duration.ofSeconds(6), Duration.ZERO))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("8 other filters");
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(3));
    look(wish("", "user0"));
    look(more);
    look(wish("", "user0"));
    assertThat(clients.of("a")).hasSize(ConnectedClients.MOST_WISHES);
  }
}
