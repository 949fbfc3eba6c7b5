package dev.heimdall.engine.dialect.postgres.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ForeignPortalsTest {
  private final ForeignPortals portals = new ForeignPortals(3, 100_000);

  private static ForeignPortal portal(int length) {
    return new ForeignPortal("x".repeat(length), null, List.of(), List.of(), List.of(), null);
  }

  @Test
  void theyMayTakeSoManyBytesTogether() {
    assertThat(portals.put("a", portal(60_000))).isNull();
    assertThat(portals.put("b", portal(60_000)).sqlState()).isEqualTo("53400");
    assertThat(portals.get("b")).isNull();

    portals.remove("a");
    assertThat(portals.bytes()).isZero();
    assertThat(portals.put("b", portal(60_000))).isNull();
  }

  @Test
  void oneInThePlaceOfAnotherCountsAlone() {
    for (int i = 0; i < 10; i++) {
      assertThat(portals.put("", portal(60_000))).isNull();
    }
    portals.clear();
    assertThat(portals.bytes()).isZero();
  }

  @Test
  void theirNumberHasALimit() {
    for (String name : List.of("a", "b", "c", "c")) {
      assertThat(portals.put(name, portal(1))).isNull();
    }
    assertThat(portals.put("d", portal(1)).message()).isEqualTo("too many portals in one batch");
  }
}
