package dev.heimdall.engine.kit;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A node that answers one read again and again, in a process of its own for {@link CallTrace}: all
 * is warm when {@link #traced} runs it once more.
 */
final class WarmReads {
  private static final int WARM = 50;

  private WarmReads() {}

  /** How clients send it. */
  enum Spelling {
    /** Query. */
    SIMPLE,
    /** Parse of the unnamed statement, Bind, Execute, Sync. */
    EXTENDED,
    /** Bind, Execute, Sync of a statement that has a name. */
    PREPARED
  }

  /**
   * @param args a {@link Spelling} and an empty directory
   */
  public static void main(String[] args) throws IOException {
    Path directory = Files.createDirectories(Path.of(args[1]));
    try (SimulatedNode node = new SimulatedNode(directory, "\"pool\": {\"size\": 1}")) {
      SimulatedClient client = node.client("ann");
      Consumer<ByteBuf> read = read(Spelling.valueOf(args[0]));
      client.send(
          out -> {
            SimulatedClient.parse(out, "named", "SELECT 1");
            SimulatedClient.sync(out);
          });
      for (int i = 0; i < WARM; i++) {
        client.send(read);
      }
      client.take();
      traced(client, read);
      List<Message> answer = client.take();
      if (answer.isEmpty() || answer.get(answer.size() - 1).type() != 'Z') {
        throw new IllegalStateException("the read was answered by " + answer);
      }
    }
  }

  private static Consumer<ByteBuf> read(Spelling spelling) {
    return switch (spelling) {
      case SIMPLE -> out -> PgWriter.query(out, "SELECT 1");
      case EXTENDED ->
          out -> {
            SimulatedClient.statement(out, "SELECT 1");
            SimulatedClient.sync(out);
          };
      case PREPARED ->
          out -> {
            SimulatedClient.run(out, "named");
            SimulatedClient.sync(out);
          };
    };
  }

  /** What is called from here to its end is the path of the read. */
  static void traced(SimulatedClient client, Consumer<ByteBuf> read) {
    client.send(read);
  }
}
