package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.local.LocalAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a client that does not wait for answers hears of its prepared statements in a transaction
 * that fails meanwhile: the same as from the server, whose connection has such statements already.
 */
class FailingTransactionTest {
  private static final String ONE = "SELECT 1";

  @TempDir private Path directory;

  /** One thing that a client says, as people call it. */
  private record Said(String words, Consumer<ByteBuf> message) {
    static Said query(String sql) {
      return new Said(sql, out -> PgWriter.query(out, sql));
    }

    @Override
    public String toString() {
      return words;
    }
  }

  private static final Said PARSE =
      new Said(
          "Parse s",
          out -> {
            SimulatedClient.parse(out, "s", ONE);
            SimulatedClient.sync(out);
          });
  private static final Said FAILING_PARSE =
      new Said(
          "Parse s behind what fails",
          out -> {
            SimulatedClient.statement(out, "SELECT 1/0");
            SimulatedClient.parse(out, "s", ONE);
            SimulatedClient.sync(out);
          });
  private static final Said RUN =
      new Said(
          "Bind, Execute s",
          out -> {
            SimulatedClient.run(out, "s");
            SimulatedClient.sync(out);
          });
  private static final Said CLOSE =
      new Said(
          "Close s",
          out -> {
            SimulatedClient.close(out, "s");
            SimulatedClient.sync(out);
          });
  private static final Said PREPARE = Said.query("PREPARE s AS " + ONE);
  private static final Said EXECUTE = Said.query("EXECUTE s");
  private static final Said DEALLOCATE = Said.query("DEALLOCATE s");
  private static final Said DEALLOCATE_ALL = Said.query("DEALLOCATE ALL");
  private static final Said BEGIN = Said.query("BEGIN");
  private static final Said FAILS = Said.query("SELECT 1/0");
  private static final Said ROLLBACK = Said.query("ROLLBACK");

  private static Stream<Arguments> within() {
    List<Said> nothing = List.of();
    return Stream.of(
        Arguments.of(nothing, List.of(BEGIN, FAILS, PARSE)),
        Arguments.of(nothing, List.of(BEGIN, FAILING_PARSE, PARSE)),
        Arguments.of(nothing, List.of(BEGIN, FAILS, PREPARE)),
        Arguments.of(nothing, List.of(BEGIN, PREPARE, FAILS, EXECUTE)),
        Arguments.of(nothing, List.of(BEGIN, PARSE, FAILS, RUN)),
        Arguments.of(List.of(PARSE), List.of(BEGIN, FAILS, RUN)),
        Arguments.of(List.of(PARSE), List.of(BEGIN, FAILS, CLOSE, RUN)),
        Arguments.of(List.of(PARSE), List.of(BEGIN, FAILS, CLOSE, PARSE)),
        Arguments.of(List.of(PREPARE), List.of(BEGIN, FAILS, EXECUTE)),
        Arguments.of(List.of(PREPARE), List.of(BEGIN, FAILS, DEALLOCATE)),
        Arguments.of(List.of(PREPARE), List.of(BEGIN, FAILS, DEALLOCATE, EXECUTE)),
        Arguments.of(List.of(PREPARE), List.of(BEGIN, FAILS, DEALLOCATE_ALL)),
        Arguments.of(List.of(PREPARE), List.of(BEGIN, FAILS, DEALLOCATE, PREPARE)),
        Arguments.of(List.of(PREPARE), List.of(BEGIN, DEALLOCATE, FAILS, PREPARE)),
        Arguments.of(List.of(PREPARE), List.of(BEGIN, DEALLOCATE, PREPARE, FAILS, EXECUTE)));
  }

  /**
   * @param before what it says and hears first
   * @param together what it says as one piece, before it hears anything
   */
  @ParameterizedTest
  @MethodSource("within")
  void isWhatTheServerSays(List<Said> before, List<Said> together) {
    for (Said mean : List.of(PARSE, PREPARE)) {
      for (List<Said> after :
          List.of(List.of(RUN), List.of(EXECUTE), List.of(PARSE, RUN), List.of(PREPARE, EXECUTE))) {
        SimulatedNode node = node();
        SimulatedClient bob = node.client("bob");
        bob.send(mean.message());
        bob.take();
        SimulatedClient direct =
            new SimulatedClient(
                    node.turns(), (LocalAddress) node.servers().listensAt(), node.buffers())
                .logIn("ann", Map.of());
        direct.take();
        SimulatedClient ann = node.client("ann");

        for (SimulatedClient each : List.of(direct, ann)) {
          before.forEach(said -> each.send(said.message()));
          each.send(out -> together.forEach(said -> said.message().accept(out)));
          each.send(ROLLBACK.message());
          after.forEach(said -> each.send(said.message()));
        }

        List<String> heard = heard(ann);
        assertThat(heard)
            .as("bob: %s, then %s, %s, ROLLBACK, %s", mean, before, together, after)
            .isEqualTo(heard(direct));
        direct.leave();
        node.end();
      }
    }
  }

  /** It knows what statements call, and so that names mean what they did before. */
  private SimulatedNode node() {
    try {
      Files.writeString(
          Files.createDirectories(directory.resolve("rules")).resolve("all.json"),
          "{\"rules\": [{\"match\": \"secret\", \"action\": \"drop\"}]}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new SimulatedNode(
        directory,
        KitSettings.of("\"pool\": {\"size\": 1}, \"rules\": [\"all\"]")
            .withCatalogue(new PostgresKit().table().orElseThrow().catalogue()));
  }

  /** Messages of errors name statements as the server knows them. */
  private static List<String> heard(SimulatedClient client) {
    return client.told().stream().map(said -> said.replaceAll("(error \\w+).*", "$1")).toList();
  }
}
