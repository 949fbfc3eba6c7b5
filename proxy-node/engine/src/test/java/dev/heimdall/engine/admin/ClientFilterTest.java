package dev.heimdall.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.report.LiveView;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which clients managers see, in which order. */
class ClientFilterTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private static SeenClient client(
      long id, String user, ClientRow.State state, long quietSeconds, long waitMicros, String pin) {
    return new SeenClient(
        new ClientRow(
            id,
            "shop",
            "shop",
            user,
            "psql",
            "10.0.0." + id,
            4000,
            null,
            state,
            null,
            pin,
            null,
            null,
            NOW.minusSeconds(1000 - id),
            NOW.minusSeconds(quietSeconds),
            waitMicros,
            0,
            id,
            0,
            "SELECT name FROM orders WHERE id = ?"),
        null,
        NOW);
  }

  private static final List<SeenClient> ALL =
      List.of(
          client(1, "ann", ClientRow.State.IDLE, 500, 0, null),
          client(2, "bob", ClientRow.State.WAITING, 0, 3_000_000, null),
          client(3, "ann", ClientRow.State.WAITING, 0, 20_000_000, null),
          client(4, "cid", ClientRow.State.ACTIVE, 4, 0, null),
          client(5, "cid", ClientRow.State.IDLE_IN_TRANSACTION, 60, 0, null),
          client(6, "ann", ClientRow.State.IDLE, 5, 0, "temporary table"));

  private static List<Long> seen(Map<String, String> parameters) {
    ClientFilter filter = new ClientFilter(new LiveView("a", parameters));
    return ALL.stream()
        .filter(filter::takes)
        .sorted(Comparator.comparing(filter::key))
        .map(client -> client.row().id())
        .toList();
  }

  @Test
  void whatWaitsForLongestComesFirstThenWhatBlocks() {
    assertThat(seen(Map.of())).containsExactly(3L, 2L, 5L, 4L, 6L, 1L);
  }

  @Test
  void otherOrdersAreThereForWhoWantsThem() {
    assertThat(seen(Map.of("order", "connected"))).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(seen(Map.of("order", "quiet")).subList(0, 2)).containsExactly(1L, 5L);
    assertThat(seen(Map.of("order", "user"))).containsExactly(1L, 3L, 6L, 2L, 4L, 5L);
    assertThat(seen(Map.of("order", "queries")).get(0)).isEqualTo(6L);
  }

  @Test
  void filtersLeaveOthersOut() {
    assertThat(seen(Map.of("user", "ann", "state", "waiting"))).containsExactly(3L);
    assertThat(seen(Map.of("address", "10.0.0.4"))).containsExactly(4L);
    assertThat(seen(Map.of("pinned", "yes"))).containsExactly(6L);
    assertThat(seen(Map.of("statement", "from ORDERS"))).hasSize(6);
    assertThat(seen(Map.of("statement", "products"))).isEmpty();
    assertThat(seen(Map.of("vdb", "sho"))).isEmpty();
  }

  @Test
  void aRowSaysWhatItsClientWaitsFor() {
    assertThat(ALL.get(1).content("k"))
        .containsEntry("awaits", "a server connection of its pool")
        .containsEntry("waitMillis", 3000L)
        .containsEntry("statement", "SELECT name FROM orders WHERE id = ?");
    assertThat(ALL.get(4).awaits()).contains("transaction is open");
    assertThat(ALL.get(0).content("k")).doesNotContainKeys("awaits", "pin", "tls", "server");
  }
}
