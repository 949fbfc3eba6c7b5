package dev.heimdall.test.cluster;

import dev.heimdall.engine.share.Definitions;
import dev.heimdall.engine.share.Exchange;
import dev.heimdall.engine.share.SharedStore;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.model.ApiSettings;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.BalanceSettings;
import dev.heimdall.model.CatalogSettings;
import dev.heimdall.model.ChangeSettings;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.Consistency;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.FailoverSettings;
import dev.heimdall.model.LagSettings;
import dev.heimdall.model.ProbeSettings;
import dev.heimdall.model.ReadSplit;
import dev.heimdall.model.SourceCredentials;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.test.fixture.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** As much of a node as tells others of writes and hears of theirs. */
final class StoreNode implements AutoCloseable {
  private final WritePositions positions;
  private final SharedStore store;
  private final Exchange exchange;

  /**
   * @param log how far the writer has written
   */
  StoreNode(StoreSettings settings, int id, Consistency consistency, AtomicLong log) {
    positions = new WritePositions(() -> CompletableFuture.completedFuture(new Lsn(log.get())));
    store = new SharedStore(settings, id);
    exchange = store.join(source(consistency), positions, Definitions.NONE);
  }

  private static DataSource source(Consistency consistency) {
    LagSettings lag = LagSettings.defaults();
    return new DataSource(
        "shop",
        Engine.POSTGRESQL,
        "jdbc:postgresql://db",
        Optional.empty(),
        Optional.empty(),
        SourceCredentials.none(),
        BackendTls.defaults(),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        Map.of(),
        CatalogSettings.defaults(),
        Optional.empty(),
        new ClusterSettings(
            ClusterKind.POSTGRES,
            Optional.empty(),
            ReadSplit.ALL,
            consistency,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            ProbeSettings.defaults(),
            ApiSettings.defaults(),
            new LagSettings(
                lag.maxBytes(),
                lag.maxTime(),
                lag.catchUpWait(),
                lag.margin(),
                Duration.ofSeconds(2)),
            BalanceSettings.defaults(),
            FailoverSettings.defaults()),
        ChangeSettings.defaults());
  }

  Exchange exchange() {
    return exchange;
  }

  SharedStore store() {
    return store;
  }

  boolean connectedToPeers() {
    return exchange.connectedToPeers();
  }

  /** Up to where a replica must have come to show this table. */
  long position(String table) {
    return positions.last(Set.of(table)).position() instanceof Lsn lsn ? lsn.bytes() : -1;
  }

  /** Has the one tell of writes until the other has heard of one: from then on all are heard. */
  static void acquaint(StoreNode a, StoreNode b) {
    for (StoreNode node : List.of(a, b)) {
      Await.until("it is connected to its peers", node::connectedToPeers);
    }
    for (StoreNode teller : List.of(a, b)) {
      StoreNode hearer = teller == a ? b : a;
      long before = hearer.positions.last().at();
      teller.exchange.announce(Set.of("hello"), false);
      Await.until("it was heard", () -> hearer.positions.last().at() != before);
    }
  }

  @Override
  public void close() {
    exchange.close();
    store.close();
  }
}
