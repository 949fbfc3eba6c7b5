package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.postgres.PgWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the node asks a server of prepared statements while connections go from hand to hand. */
class AskedShapesTest {
  @TempDir private Path directory;
  private SimulatedNode node;

  @BeforeEach
  void start() {
    node = new SimulatedNode(directory, "\"pool\": {\"size\": 2}");
  }

  @AfterEach
  void stop() {
    node.end();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Ann's EXECUTE has the server asked for the shape of her statement; before it answers, her
   * connection goes to Carl, whose batch begins with a question of its own.
   */
  @Test
  void aQuestionOfOneSessionStaysOutOfTheBatchOfTheNext() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    SimulatedClient carl = node.client("ann");
    ann.query("PREPARE s AS SELECT 1");
    ann.query("EXECUTE s");
    byte[] body = ascii("SELECT 2\0\0\0");
    carl.send(out -> PgWriter.parse(out, ascii("p"), body, body.length));
    carl.send(out -> out.writeByte('S').writeInt(4));
    carl.query("SET my.value = 'a'"); // as Ann will, so that he can have her connection as it is
    bob.query("BEGIN"); // on the connection that knows both statements
    ann.query("SELECT 3"); // on another one
    for (SimulatedClient each : List.of(ann, bob, carl)) {
      each.told();
    }

    node.servers().hold(true);
    ann.query("SET my.value = 'a'");
    node.servers().hold(false);
    node.servers().hold(true); // the setting is read back
    node.turns().run();
    assertThat(ann.told()).containsExactly("done SET", "ready I");
    ann.query("EXECUTE s");
    carl.send(
        out -> {
          out.writeByte('B').writeInt(4 + 1 + 2 + 6).writeByte(0).writeBytes(ascii("p\0"));
          out.writeShort(0).writeShort(0).writeShort(0);
          out.writeByte('E').writeInt(9).writeByte(0).writeInt(0);
          out.writeByte('S').writeInt(4);
        });
    node.servers().hold(false);
    node.turns().run();

    assertThat(carl.told())
        .containsExactly("2", "row SELECT 2 {my.value=a}", "done SELECT 1", "ready I");
    assertThat(ann.told()).hasSize(3).endsWith("done SELECT 1", "ready I");
    bob.query("COMMIT");
    carl.query("SELECT 4");
    assertThat(carl.told())
        .containsExactly("row SELECT 4 {my.value=a}", "done SELECT 1", "ready I");
  }
}
