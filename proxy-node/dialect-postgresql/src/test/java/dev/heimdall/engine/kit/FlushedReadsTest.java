package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that await the answers to the beginning of a batch before they go on with it, as asyncpg
 * does, whose writer is lost in between.
 */
class FlushedReadsTest {
  @TempDir private Path directory;
  private SimulatedNode node;
  private SimulatedClient ann;

  @BeforeEach
  void start() {
    node =
        new SimulatedNode(
            directory,
            KitSettings.of("\"pool\": {\"size\": 1}")
                .withSource("\"cluster\": {\"kind\": \"postgres\"}")
                .withCatalogue(new PostgresKit().table().orElseThrow().catalogue()));
    node.lead();
    ann = node.client("ann");
    ann.query("SELECT 0").told();
  }

  @AfterEach
  void stop() {
    node.end();
  }

  private void loses(boolean announced) {
    SimulatedServers.Session server = node.servers().open().get(0);
    if (announced) {
      server.terminate();
    } else {
      server.kill();
    }
    node.turns().advance(Duration.ofSeconds(5));
  }

  /** Messages of the preparation, by letters: of Parse, of the Describe of a statement, of Bind. */
  private static void begins(ByteBuf out, String messages, String name, String sql) {
    for (char each : messages.toCharArray()) {
      switch (each) {
        case 'P' -> SimulatedClient.parse(out, name, sql);
        case 'D' -> SimulatedClient.describe(out, name);
        case 'B' -> SimulatedClient.bind(out, name);
        default -> throw new AssertionError(each);
      }
    }
    SimulatedClient.flush(out);
  }

  /** The types of the messages that have come, without those that only tell of settings. */
  private String types() {
    StringBuilder types = new StringBuilder();
    for (Message each : ann.take()) {
      if (each.type() != 'S') {
        types.append(each.type());
      }
    }
    return types.toString();
  }

  private static Consumer<ByteBuf> goesOn(String messages, String name) {
    return out -> {
      if (messages.endsWith("B")) {
        SimulatedClient.execute(out);
      } else {
        SimulatedClient.run(out, name);
      }
      SimulatedClient.sync(out);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "P, '', 1, 2DCZ",
    "P, s1, 1, 2DCZ",
    "PD, '', 1tT, 2DCZ",
    "PD, s1, 1tT, 2DCZ",
    "PB, '', 12, DCZ",
    "PB, s1, 12, DCZ",
    "PDB, s1, 1tT2, DCZ",
  })
  void aReadGoesOnWhereItWasPrepared(String begun, String name, String had, String follows) {
    for (boolean announced : new boolean[] {false, true}) {
      ann.send(out -> begins(out, begun, name, "SELECT 1"));
      assertThat(types()).isEqualTo(had);

      loses(announced);

      assertThat(ann.told()).as("for the loss").isEmpty();
      ann.send(goesOn(begun, name));
      assertThat(types()).isEqualTo(follows);
      ann.send(
          out -> {
            SimulatedClient.close(out, name);
            SimulatedClient.sync(out);
          });
      assertThat(types()).isEqualTo("3Z");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aReadIsLostSeveralTimes(int times) {
    ann.send(out -> begins(out, "PD", "s1", "SELECT 1"));
    assertThat(types()).isEqualTo("1tT");
    for (int i = 0; i < times; i++) {
      loses(i % 2 == 0);
    }
    ann.send(goesOn("PD", "s1"));
    assertThat(types()).isEqualTo("2DCZ");
  }

  @Test
  void aReadThatIsBoundByItselfGoesOnWhereItWasBound() {
    for (boolean announced : new boolean[] {false, true}) {
      ann.send(out -> begins(out, "PD", "s1", "SELECT 1"));
      assertThat(types()).isEqualTo("1tT");
      ann.send(out -> begins(out, "B", "s1", "SELECT 1"));
      assertThat(types()).isEqualTo("2");

      loses(announced);

      ann.send(goesOn("B", "s1"));
      assertThat(types()).isEqualTo("DCZ");
      ann.send(
          out -> {
            SimulatedClient.close(out, "s1");
            SimulatedClient.sync(out);
          });
      assertThat(types()).isEqualTo("3Z");
    }
  }

  @Test
  void whatIsLostBehindTheFirstRowFails() {
    ann.send(out -> begins(out, "P", "", "SELECT 1"));
    assertThat(types()).isEqualTo("1");
    ann.send(
        out -> {
          SimulatedClient.run(out, "");
          SimulatedClient.flush(out);
        });
    assertThat(types()).isEqualTo("2DC");

    loses(false);

    assertThat(types()).startsWith("E");
  }

  @ParameterizedTest
  @ValueSource(strings = {"P", "PB", "PD"})
  void aWriteThatWasPreparedRunsOnceAtMost(String begun) {
    ann.send(out -> begins(out, begun, "", "INSERT 1"));
    types();

    loses(false);

    ann.send(goesOn(begun, ""));
    int done = types().contains("C") ? 1 : 0;
    assertThat(node.servers().written()).hasSize(done);
  }

  @Test
  void aWriteThatWasBoundRunsWhereItIsRun() {
    ann.send(out -> begins(out, "PB", "", "INSERT 1"));
    assertThat(types()).isEqualTo("12");

    loses(false);

    ann.send(goesOn("PB", ""));
    assertThat(types()).isEqualTo("CZ");
    assertThat(node.servers().written()).hasSize(1);
  }

  @Test
  void aWriteThatWasCarriedOutFails() {
    ann.send(out -> begins(out, "P", "", "INSERT 1"));
    assertThat(types()).isEqualTo("1");
    ann.send(
        out -> {
          SimulatedClient.run(out, "");
          SimulatedClient.flush(out);
        });
    types();

    loses(false);

    ann.send(SimulatedClient::sync);
    assertThat(types()).isEqualTo("EZ");
    assertThat(node.servers().written()).isEmpty();
  }

  @Test
  void anotherDescriptionIsAnError() {
    ann.send(out -> begins(out, "PD", "s1", "SELECT 1"));
    assertThat(types()).isEqualTo("1tT");
    node.servers().nameColumns("w");

    loses(false);

    List<String> told = new ArrayList<>(ann.told());
    ann.send(goesOn("PD", "s1"));
    told.addAll(ann.told());
    assertThat(told).anyMatch(each -> each.startsWith("error 08006"));
    assertThat(told).noneMatch(each -> each.startsWith("row"));
  }
}
