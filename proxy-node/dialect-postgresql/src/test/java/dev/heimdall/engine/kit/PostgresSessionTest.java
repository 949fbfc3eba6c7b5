package dev.heimdall.engine.kit;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL's part in what sessions of all protocols do. */
class PostgresSessionTest extends SessionContract {
  PostgresSessionTest() {
    super(
        new KitWords(
            "SELECT",
            "INSERT 1",
            "SET my.who = '%s'",
            "SHOW my.who",
            "SELECT pg_advisory_lock(1)",
            "postgres"));
  }

  @Override
  protected KitNode<?> node(Path directory, String vdb, String source) {
    return new SimulatedNode(directory, vdb, source);
  }

  @Override
  protected KitClient connect(KitNode<?> node) {
    return new Client(node);
  }

  private static final class Client extends KitClient {
    /** What a simulated server answers: the statement, and the settings of its session. */
    private static final Pattern ROW = Pattern.compile("(SELECT|SHOW) (.*) \\{(?:my\\.who=)?(.*)}");

    /** Stands where a start-up message has its version. */
    private static final int CANCEL = 80877102;

    private static final byte[] UNNAMED = {};

    private final KitNode<?> node;
    private byte[] key = {};
    private boolean failed;

    Client(KitNode<?> node) {
      super(node);
      this.node = node;
    }

    @Override
    protected void read(ByteBuf in) {
      Message.in(in).forEach(this::heard);
    }

    private void heard(Message message) {
      switch (message.type()) {
        case 'K' -> key = message.body();
        case 'D' -> hears("row " + word(message.value()));
        case 'E' -> {
          failed = true;
          hears("error " + message.field('C'));
        }
        case 'Z' -> {
          if (!failed) {
            hears(
                switch (message.body()[0]) {
                  case 'I' -> "idle";
                  case 'T' -> "open";
                  default -> "failed";
                });
          }
          failed = false;
        }
        default -> {
          // Nothing that all protocols tell.
        }
      }
    }

    private static String word(String row) {
      Matcher matcher = ROW.matcher(row);
      if (!matcher.matches()) {
        throw new AssertionError("a row: " + row);
      }
      return matcher.group(matcher.group(1).equals("SHOW") ? 3 : 2);
    }

    @Override
    protected void logIn(String user) {
      Map<String, String> parameters = Map.of("user", user, "database", "app");
      send(out -> PgWriter.startup(out, PgWriter.PROTOCOL_3_0, parameters));
    }

    @Override
    protected void write(ByteBuf out, String sql) {
      PgWriter.query(out, sql);
    }

    @Override
    protected void prepare(int number, String sql) {
      send(
          out -> {
            SimulatedClient.parse(out, "s" + number, sql);
            SimulatedClient.sync(out);
          });
    }

    @Override
    protected void execute(int number) {
      send(
          out -> {
            PgWriter.bind(out, UNNAMED, ("s" + number).getBytes(StandardCharsets.UTF_8));
            PgWriter.execute(out, UNNAMED);
            SimulatedClient.sync(out);
          });
    }

    @Override
    protected void writeNonsense(ByteBuf out) {
      out.writeByte('?').writeInt(4);
    }

    @Override
    protected void cancel() {
      Client other = new Client(node);
      other.send(out -> out.writeInt(8 + key.length).writeInt(CANCEL).writeBytes(key));
      other.leave();
    }
  }
}
