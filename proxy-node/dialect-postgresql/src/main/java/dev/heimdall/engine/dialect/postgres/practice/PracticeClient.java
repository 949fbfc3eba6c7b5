package dev.heimdall.engine.dialect.postgres.practice;

import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramClient;
import dev.heimdall.engine.auth.ScramException;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.auth.ScramServer;
import dev.heimdall.engine.practice.Practice;
import dev.heimdall.engine.practice.PracticeEnd;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.model.ChannelBinding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A client that does what drivers do. */
final class PracticeClient implements Practice.Client {
  private static final byte[] UNNAMED = {};
  private static final byte[] NAMED = "practice_1".getBytes(StandardCharsets.UTF_8);

  /** Of messages of authentication. */
  private static final int OK = 0;

  private static final int SASL = 10;
  private static final int SASL_CONTINUE = 11;

  private static final String READ = "SELECT id, name FROM practice WHERE id = ";
  private static final String READ_PARAMETER = READ + "$1";

  /** As programs write it that make their statements themselves. */
  private static final String MADE =
      "SELECT /* practice */ p.\"id\", count(*) AS n FROM \"public\".\"practice\" AS p"
          + " WHERE p.\"name\" IN ('one', 'two') AND p.\"id\" >= -%d.5 GROUP BY 1 ORDER BY 2 LIMIT 10;";

  private static final String WRITE = "UPDATE practice SET name = $1 WHERE id = 1";

  /** As drivers and tools write them when they have logged in; one in each turn. */
  private static final List<String> BEGINNINGS =
      List.of(
          "SET extra_float_digits = 3",
          "SELECT version()",
          "SET application_name = 'practice'",
          "SELECT oid, typname FROM pg_catalog.pg_type WHERE typname = 'hstore'",
          "SHOW transaction_isolation",
          "SELECT current_schema(), now(), coalesce(NULL, 1)::text;");

  private static final String FAILING = "SELECT 1 / 0";

  /** Number of a client's statements that are sent before the first of them is answered. */
  private static final int AHEAD = 20;

  private final PracticeEnd end;

  /** Number of answers still expected, and whether they may be errors. */
  private int expected = 1;

  private boolean fails;

  PracticeClient(PracticeEnd end) {
    this.end = end;
  }

  void logIn(Practice.Account account, ScramKeyCache keys, NonceSource nonces) throws IOException {
    PgWriter.startup(
        end.out(),
        PgWriter.PROTOCOL_3_0,
        Map.of(
            "user",
            account.user(),
            "database",
            account.database(),
            "application_name",
            "practice",
            "client_encoding",
            "UTF8"));
    end.flush();
    try {
      ScramClient scram = null;
      for (ByteBuf said = authentication(); said != null; said = authentication()) {
        switch (said.readInt()) {
          case OK -> {
            receive();
            parse(NAMED, READ_PARAMETER);
            PgWriter.describeStatement(end.out(), NAMED);
            sync();
            end.flush();
            receive();
            return;
          }
          case SASL -> {
            scram =
                ScramClient.withPassword(
                    account.password(),
                    keys,
                    ChannelBinding.DISABLE,
                    null,
                    List.of(ScramServer.SCRAM_SHA_256),
                    nonces);
            PgWriter.saslInitialResponse(end.out(), scram.mechanism(), scram.first());
            end.flush();
          }
          case SASL_CONTINUE -> {
            PgWriter.saslResponse(end.out(), scram.last(ByteBufUtil.getBytes(said)));
            end.flush();
          }
          default -> scram.verify(ByteBufUtil.getBytes(said));
        }
      }
    } catch (ScramException e) {
      throw new IOException(e);
    }
  }

  private ByteBuf authentication() throws IOException {
    byte type = end.in().readByte();
    ByteBuf body = end.read(end.in().readInt() - Integer.BYTES);
    if (type != BackendType.AUTHENTICATION) {
      throw new IOException("the node answered a log-in by " + (char) type);
    }
    return body;
  }

  @Override
  public int requests() {
    return 14;
  }

  @Override
  public void send(int request, int number) throws IOException {
    expected = 1;
    fails = false;
    switch (request) {
      case 0 -> query(READ + number);
      case 1 -> extended(READ_PARAMETER, number);
      case 2, 3, 6 -> prepared(number);
      case 4 -> extended(WRITE, number);
      case 5 -> query("BEGIN");
      case 7 -> query("UPDATE practice SET name = 'one' WHERE id = " + number);
      case 8 -> query("COMMIT");
      case 9 -> query(MADE.formatted(number));
      case 10 -> query(BEGINNINGS.get(number % BEGINNINGS.size()));
      case 11 -> {
        fails = true;
        query(FAILING);
      }
      case 12 -> {
        expected = AHEAD;
        for (int i = 0; i < AHEAD; i++) {
          query(READ + (number + i));
        }
      }
      default -> query("SELECT id AS n%d FROM practice".formatted(number)); // a new pattern
    }
    end.flush();
  }

  private void query(String sql) {
    PgWriter.query(end.out(), sql);
  }

  /** As drivers do it without a name. */
  private void extended(String sql, int value) {
    parse(UNNAMED, sql);
    bind(UNNAMED, value);
    describePortal();
    PgWriter.execute(end.out(), UNNAMED);
    sync();
  }

  private void prepared(int value) {
    bind(NAMED, value);
    PgWriter.execute(end.out(), UNNAMED);
    sync();
  }

  private void parse(byte[] name, String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    byte[] body = new byte[text.length + 3]; // no types are given
    System.arraycopy(text, 0, body, 0, text.length);
    PgWriter.parse(end.out(), name, body, body.length);
  }

  /** One parameter in text, and the result in text. */
  private void bind(byte[] statement, int value) {
    ByteBuf out = end.out();
    int at = PgWriter.begin(out, FrontendType.BIND);
    out.writeByte(0).writeBytes(statement).writeByte(0);
    String text = Integer.toString(value);
    out.writeShort(0).writeShort(1).writeInt(text.length());
    out.writeCharSequence(text, StandardCharsets.US_ASCII);
    out.writeShort(0);
    PgWriter.end(out, at);
  }

  private void describePortal() {
    int at = PgWriter.begin(end.out(), FrontendType.DESCRIBE);
    end.out().writeByte('P').writeByte(0);
    PgWriter.end(end.out(), at);
  }

  private void sync() {
    int at = PgWriter.begin(end.out(), FrontendType.SYNC);
    PgWriter.end(end.out(), at);
  }

  /** Reads what comes until the node is ready for more. */
  @Override
  public void receive() throws IOException {
    for (int answers = 0; answers < expected; ) {
      byte type = end.in().readByte();
      ByteBuf body = end.read(end.in().readInt() - Integer.BYTES);
      if (type == BackendType.READY) {
        answers++;
      } else if (type == BackendType.ERROR && !fails) {
        throw new IOException(
            "the node answered an error: "
                + body.toString(StandardCharsets.UTF_8).replace('\0', ' '));
      }
    }
  }

  @Override
  public void leave() throws IOException {
    int at = PgWriter.begin(end.out(), FrontendType.TERMINATE);
    PgWriter.end(end.out(), at);
    end.flush();
  }
}
