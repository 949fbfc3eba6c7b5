package dev.heimdall.engine.kit;

import dev.heimdall.engine.auth.AuthException;
import dev.heimdall.engine.auth.ScramClient;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.catalog.FunctionEffect;
import dev.heimdall.engine.catalog.ObjectsBuilder;
import dev.heimdall.engine.catalog.RelationKind;
import dev.heimdall.engine.catalog.SharedBuiltIns;
import dev.heimdall.engine.dialect.postgres.PostgresDialect;
import dev.heimdall.engine.dialect.postgres.catalog.PostgresObjects;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.model.ChannelBinding;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL in the kit. */
final class PostgresKit implements KitDialect {
  static final KitNode.Spoken<SimulatedServers> SPOKEN =
      new KitNode.Spoken<>(
          "jdbc:postgresql://server/app", new PostgresDialect()::create, SimulatedServers::new);

  /** The log of the simulated servers, and another table. */
  @Override
  public Optional<KitTable> table() {
    return Optional.of(
        new KitTable(
            Catalogue.read(
                "app",
                new ObjectsBuilder(new SharedBuiltIns(PostgresObjects.INSTANCE))
                    .openSchema("pg_catalog")
                    .openSchema("public")
                    .relation(1, "public", "log", RelationKind.TABLE, false)
                    .relation(2, "public", "other", RelationKind.TABLE, false)
                    .builtIn(10, "random", FunctionEffect.MOMENT)),
            "SELECT last FROM log",
            "SELECT last, random() FROM log",
            "INSERT INTO other VALUES ('elsewhere')",
            "SELECT last FROM log FOR UPDATE",
            "SET default_transaction_isolation = '%s'"));
  }

  @Override
  public KitWords words() {
    return new KitWords(
        "SELECT",
        "INSERT INTO log VALUES ('%s')",
        "SET my.who = '%s'",
        "SHOW my.who",
        "SELECT pg_advisory_lock(1)",
        "postgres");
  }

  @Override
  public KitNode.Spoken<SimulatedServers> spoken() {
    return SPOKEN;
  }

  @Override
  public List<Spelling> spellings() {
    return PostgresSpellings.all();
  }

  @Override
  public List<Standing> standings() {
    return PostgresSpellings.standings();
  }

  @Override
  public KitClient connect(KitNode<?> node) {
    return new Client(node);
  }

  private static final class Client extends KitClient {
    /** What a simulated server answers: the statement, and the settings of its session. */
    private static final Pattern ROW = Pattern.compile("(SELECT|SHOW) (.*) \\{(?:my\\.who=)?(.*)}");

    /** Stands where a start-up message has its version. */
    private static final int CANCEL = 80877102;

    private static final byte[] UNNAMED = {};

    private static final String SCRAM = "SCRAM-SHA-256";

    // What the node wants of a log-in.
    private static final int SASL = 10;
    private static final int SASL_CONTINUE = 11;
    private static final int SASL_FINAL = 12;

    private final KitNode<?> node;
    private byte[] key = {};
    private String password;
    private ScramClient scram;
    private boolean failed;

    /** Rows have come, and not how many they are. */
    private boolean amidRows;

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
        case 'R' -> proves(message.body());
        case 'D' -> {
          amidRows = true;
          hears("row " + word(message.value()));
        }
        case 'C' -> amidRows = false;
        case 'E' -> {
          amidRows = false;
          failed = true;
          hears("error " + message.field('C'));
        }
        case 'Z' -> {
          if (amidRows) {
            hears("client: rows without an end");
          }
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

    /** Goes on with SCRAM, where that is asked for. */
    private void proves(byte[] body) {
      byte[] data = Arrays.copyOfRange(body, 4, body.length);
      try {
        switch (body[3]) {
          case SASL -> {
            scram =
                ScramClient.withPassword(
                    password,
                    new ScramKeyCache(1),
                    ChannelBinding.DISABLE,
                    null,
                    List.of(SCRAM),
                    () -> "nonce");
            hears(ASKED);
            sendLater(out -> PgWriter.saslInitialResponse(out, SCRAM, scram.first()));
          }
          case SASL_CONTINUE -> {
            byte[] proof = scram.last(data);
            hears(ASKED);
            sendLater(out -> PgWriter.saslResponse(out, proof));
          }
          case SASL_FINAL -> scram.verify(data);
          default -> {
            // It is admitted.
          }
        }
      } catch (AuthException e) {
        hears("client: " + e);
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
    protected void logIn(String user, String known) {
      password = known;
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
