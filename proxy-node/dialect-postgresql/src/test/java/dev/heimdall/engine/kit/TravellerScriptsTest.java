package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.postgres.PgWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client goes from one process to another, and disconnects at the very moment. */
class TravellerScriptsTest {
  @TempDir private Path directory;
  private SimulatedNode before;
  private SimulatedNode after;

  @BeforeEach
  void start() throws Exception {
    String pool = "\"pool\": {\"size\": 1}";
    before = new SimulatedNode(Files.createDirectory(directory.resolve("before")), pool);
    after = new SimulatedNode(Files.createDirectory(directory.resolve("after")), pool);
  }

  @AfterEach
  void stop() {
    for (SimulatedNode node : List.of(before, after)) {
      node.end();
    }
  }

  private Travellers.Offered offered() {
    return before.travellers().leaving(before.turns()).get(0);
  }

  private List<Boolean> taken(Travellers.Offered offer) {
    return Travellers.taken(offer, before.turns());
  }

  @Test
  void aClientGoesOnWhereItWasTaken() {
    SimulatedClient ann = before.client("ann");
    ann.query("SET my.who = 'ann'");
    Travellers.Offered offer = offered();
    Travellers.Arrival<SimulatedClient> there = after.entered(offer.state());

    assertThat(taken(offer)).containsExactly(true);
    after.turns().node().execute(there.session()::begin);
    there.client().query("SELECT 1");

    assertThat(there.client().told()).endsWith("ready I").anyMatch(each -> each.contains("ann"));
  }

  /** As asyncpg does it with statements that are older than five minutes. */
  @Test
  void oneThatHasClosedAStatementAndRunsAnotherGoesToo() {
    SimulatedClient ann = before.client("ann");
    ann.send(
        out -> {
          SimulatedClient.parse(out, "first", "SELECT 'first'");
          SimulatedClient.parse(out, "second", "SELECT 'second'");
          SimulatedClient.sync(out);
        });
    ann.send(
        out -> {
          SimulatedClient.close(out, "first");
          SimulatedClient.run(out, "second");
          SimulatedClient.sync(out);
        });
    Travellers.Offered offer = offered();
    Travellers.Arrival<SimulatedClient> there = after.entered(offer.state());
    assertThat(taken(offer)).containsExactly(true);
    after.turns().node().execute(there.session()::begin);

    there
        .client()
        .send(
            out -> {
              SimulatedClient.run(out, "second");
              SimulatedClient.run(out, "first");
              SimulatedClient.sync(out);
            });
    assertThat(there.client().told())
        .anyMatch(each -> each.contains("second"))
        .anyMatch(each -> each.contains("26000"));
  }

  @Test
  void whatItHasSentIsNotRunBeforeTheProcessBeforeHasLetItGo() {
    before.client("ann");
    Travellers.Offered offer = offered();
    Travellers.Arrival<SimulatedClient> there = after.entered(offer.state());

    Travellers.readsAtTheEnd(
        there.channel(), after.turns(), out -> PgWriter.query(out, "INSERT 1"));
    assertThat(after.servers().written()).isEmpty();
    assertThat(taken(offer)).containsExactly(true);
    after.turns().node().execute(there.session()::begin);
    after.turns().run();

    assertThat(after.servers().written()).hasSize(1);
  }

  @Test
  void oneThatHasEndedThereMeanwhileRunsNothing() {
    before.client("ann");
    Travellers.Offered offer = offered();
    Travellers.Arrival<SimulatedClient> there = after.entered(offer.state());
    Travellers.readsAtTheEnd(
        there.channel(), after.turns(), out -> PgWriter.query(out, "INSERT 1"));

    there.client().leave();
    after.turns().node().execute(there.session()::begin);
    after.turns().run();

    assertThat(after.servers().written()).isEmpty();
  }

  /** Whatever happens to its session meanwhile. */
  @Test
  void oneThatIsOfferedIsNotRead() {
    before.client("ann");
    Travellers.Offered offer = offered();

    before.turns().node().execute(offer.channel().pipeline()::fireChannelWritabilityChanged);
    before.turns().run();

    assertThat(offer.channel().config().isAutoRead()).isFalse();
  }

  /** The other process may have the other half. */
  @Test
  void whatComesToTheProcessBeforeWhileTheClientIsOfferedIsNotRunThereEither() {
    before.client("ann");
    Travellers.Offered offer = offered();

    Travellers.readsAtTheEnd(
        offer.channel(), before.turns(), out -> PgWriter.query(out, "INSERT 1"));

    assertThat(taken(offer)).containsExactly(false);
    assertThat(before.servers().written()).isEmpty();
    assertThat(offer.channel().isOpen()).isFalse();
  }
}
