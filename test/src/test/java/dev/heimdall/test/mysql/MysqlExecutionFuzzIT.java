package dev.heimdall.test.mysql;

import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_BLOB;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_DATE;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_DATETIME;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_DOUBLE;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_FLOAT;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_LONG;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_LONGLONG;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_NEWDECIMAL;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_NULL;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_SHORT;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_STRING;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_TIME;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_TINY;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_VAR_STRING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Executions of prepared statements at random: flags, counts, types, NULLs, attributes, parts that
 * go ahead, cursors, in any order. Two clients of a node that share its server connection are
 * answered packet by packet as two of the server itself.
 */
@Timeout(1800)
class MysqlExecutionFuzzIT {
  private static final long SEED = Long.getLong("executions.seed", System.currentTimeMillis());
  private static final int STEPS = Integer.getInteger("executions.steps", 3000);

  /** Number of steps for which clients stay. */
  private static final int SESSION = 60;

  /** Number of steps that a failure names ahead of the one that differs. */
  private static final int SHOWN = 30;

  /** Number of spellings of a text, each with types of its own. */
  private static final int SPELLINGS = 12;

  /** Bytes of a column behind its names: collation, length, type, flags, decimals. */
  private static final int COLUMN = 13;

  private static final int CURSOR = 0x01;
  private static final int COUNTED = 0x08;
  private static final int UNSIGNED = 0x80;

  private static final int[] TYPES = {
    TYPE_TINY, TYPE_SHORT, TYPE_LONG, TYPE_LONGLONG, TYPE_FLOAT, TYPE_DOUBLE, TYPE_NEWDECIMAL,
    TYPE_DATE, TYPE_DATETIME, TYPE_TIME, TYPE_VAR_STRING, TYPE_STRING, TYPE_BLOB, TYPE_NULL
  };

  private static final List<String> TEXTS =
      List.of(
          "SELECT 1",
          "SELECT v FROM executions ORDER BY v",
          "SET @x = 5",
          "SELECT 'text', NULL",
          "SELECT ?",
          "SELECT CONCAT(?, ?)",
          "SELECT ?, 1, ?, ?, ?, ?, ?, ?, ?, ?", // of which bits of NULLs take two bytes
          "SELECT COUNT(*) FROM executions WHERE ? IS NULL OR v > LENGTH(?)",
          "SELECT v FROM executions WHERE v <> LENGTH(?) ORDER BY v",
          "UPDATE executions SET v = v WHERE v = LENGTH(?)",
          "DO ?");

  /** A statement that a client has prepared at the server and at the node. */
  private static final class Prepared {
    final String text;
    final int parameters;
    final int[] numbers;
    final int[] types;
    boolean typed;
    boolean fresh = true;

    /** MySQL returns nothing for an execution without a cursor behind one with one. */
    final boolean cursors;

    Prepared(String text, int[] numbers, Random random) {
      this.text = text;
      this.parameters = (int) text.chars().filter(c -> c == '?').count();
      this.numbers = numbers;
      this.cursors = random.nextInt(4) == 0;
      this.types =
          new Random(SEED + text.hashCode())
              .ints(parameters, 0, TYPES.length)
              .map(i -> TYPES[i])
              .toArray();
    }
  }

  /** One client, as the server has it and as the node does. */
  private static final class Pair implements AutoCloseable {
    private final Random random;
    private final boolean attributes;
    private final boolean mysql;
    private final RawMysqlClient[] sides = new RawMysqlClient[2];
    private final List<Prepared> statements = new ArrayList<>();
    private final List<String> log;
    private final String name;

    Pair(
        String name,
        MysqlTarget direct,
        MysqlTarget node,
        boolean attributes,
        boolean mysql,
        List<String> log,
        Random random)
        throws IOException {
      this.name = name;
      this.random = random;
      this.attributes = attributes;
      this.mysql = mysql;
      this.log = log;
      long wanted = attributes ? Capability.QUERY_ATTRIBUTES : 0;
      sides[0] = RawMysqlClient.logInWanting(direct, wanted);
      sides[1] = RawMysqlClient.logInWanting(node, wanted);
    }

    void step() throws IOException {
      if (statements.isEmpty() || random.nextInt(6) == 0) {
        prepare();
        return;
      }
      Prepared of = statements.get(random.nextInt(statements.size()));
      switch (random.nextInt(12)) {
        case 0 -> query();
        case 1 -> reset(of);
        case 2 -> close(of);
        case 3, 4 -> {
          both(of, Command.STMT_FETCH, bytes(out -> out.writeIntLE(random.nextInt(4))));
          compare("fetch " + of.text, true);
        }
        default -> execute(of);
      }
    }

    private void reset(Prepared of) throws IOException {
      both(of, Command.STMT_RESET, new byte[0]);
      compare("reset " + of.text, false);
    }

    private void close(Prepared of) throws IOException {
      both(of, Command.STMT_CLOSE, new byte[0]);
      statements.remove(of);
      log.add(name + ": close " + of.text);
    }

    private void prepare() throws IOException {
      String text = TEXTS.get(random.nextInt(TEXTS.size())) + " -- " + random.nextInt(SPELLINGS);
      int[] numbers = {sides[0].prepare(text), sides[1].prepare(text)};
      statements.add(new Prepared(text, numbers, random));
      log.add(name + ": prepare " + text);
    }

    private void query() throws IOException {
      int count = attributes ? random.nextInt(4) : 0;
      byte[] body =
          bytes(
              out -> {
                if (attributes) {
                  LengthEncoded.write(out, count);
                  LengthEncoded.write(out, 1);
                  int[] types = attributeTypes(count);
                  boolean[] nulls = nulls(count);
                  if (count > 0) {
                    values(out, nulls, types, 0, true);
                  }
                }
                out.writeBytes("SELECT 'query', 1".getBytes(StandardCharsets.UTF_8));
              });
      for (RawMysqlClient side : sides) {
        side.send(RawMysqlClient.command(Command.QUERY, body));
      }
      compare("query with " + count + " attributes", false);
    }

    private void execute(Prepared of) throws IOException {
      boolean fresh = of.fresh;
      of.fresh = false;
      int more = attributes && random.nextBoolean() ? random.nextInt(4) : 0;
      boolean counted = attributes && (more > 0 || random.nextBoolean());
      int flags =
          (counted ? COUNTED : 0) | (of.cursors && (mysql || random.nextBoolean()) ? CURSOR : 0);
      boolean[] nulls = nulls(of.parameters + more);
      for (int i = 0; i < of.parameters; i++) {
        nulls[i] |= of.types[i] == TYPE_NULL;
      }
      List<Integer> ahead = new ArrayList<>();
      for (int i = 0; i < of.parameters; i++) {
        if (of.types[i] == TYPE_BLOB && random.nextInt(3) == 0 && !nulls[i]) {
          part(of, i);
          ahead.add(i);
        }
      }
      int[] types = Arrays.copyOf(of.types, of.parameters + more);
      System.arraycopy(attributeTypes(more), 0, types, of.parameters, more);
      boolean typed = !of.typed || more > 0 || random.nextBoolean();
      byte[] body =
          bytes(
              out -> {
                out.writeByte(flags).writeIntLE(1);
                if (counted || (attributes && of.parameters > 0)) {
                  LengthEncoded.write(out, types.length);
                }
                if (types.length > 0) {
                  values(out, nulls, types, of.parameters, typed, ahead);
                }
              });
      String what =
          "execute %s, flags %d, %d attributes, %s%s"
              .formatted(
                  of.text,
                  flags,
                  more,
                  typed ? "types " + Arrays.toString(types) : "no types",
                  ahead.isEmpty() ? "" : ", ahead " + ahead);
      boolean damaged = fresh && mysql && random.nextInt(4) == 0 && body.length > 5;
      both(of, Command.STMT_EXECUTE, damaged ? damaged(body) : body);
      compare(damaged ? what + ", cut" : what, false);
      of.typed |= typed && accepted();
      if (damaged) { // servers may be in any state
        close(of);
      }
    }

    /** Cuts it: what servers read behind the end of a command is not there. */
    private byte[] damaged(byte[] body) {
      return Arrays.copyOf(body, 5 + random.nextInt(body.length - 5));
    }

    private void part(Prepared of, int parameter) throws IOException {
      byte[] value = value(TYPE_BLOB);
      both(
          of,
          Command.STMT_SEND_LONG_DATA,
          bytes(out -> out.writeShortLE(parameter).writeBytes(value)));
      log.add(name + ": part of " + parameter + " of " + of.text);
    }

    private boolean[] nulls(int count) {
      boolean[] nulls = new boolean[count];
      for (int i = 0; i < count; i++) {
        nulls[i] = random.nextInt(4) == 0;
      }
      return nulls;
    }

    private int[] attributeTypes(int count) {
      int[] types = new int[count];
      for (int i = 0; i < count; i++) {
        types[i] = random.nextBoolean() ? TYPE_STRING : TYPE_LONGLONG;
      }
      return types;
    }

    private void values(ByteBuf out, boolean[] nulls, int[] types, int unnamed, boolean typed) {
      values(out, nulls, types, unnamed, typed, List.of());
    }

    private void values(
        ByteBuf out,
        boolean[] nulls,
        int[] types,
        int unnamed,
        boolean typed,
        List<Integer> ahead) {
      byte[] bits = new byte[(types.length + 7) / 8];
      for (int i = 0; i < types.length; i++) {
        bits[i / 8] |= (byte) (nulls[i] ? 1 << i % 8 : 0);
      }
      out.writeBytes(bits).writeByte(typed ? 1 : 0);
      for (int i = 0; typed && i < types.length; i++) {
        out.writeByte(types[i]).writeByte(types[i] == TYPE_SHORT ? UNSIGNED : 0);
        if (attributes) {
          LengthEncoded.write(out, i < unnamed ? "" : "name" + i);
        }
      }
      for (int i = 0; i < types.length; i++) {
        if (!nulls[i] && !ahead.contains(i)) {
          out.writeBytes(value(types[i]));
        }
      }
    }

    private byte[] value(int type) {
      return bytes(
          out -> {
            switch (type) {
              case TYPE_NULL -> {}
              case TYPE_TINY -> out.writeByte(random.nextInt(9));
              case TYPE_SHORT -> out.writeShortLE(random.nextInt(9));
              case TYPE_LONG -> out.writeIntLE(random.nextInt(9) - 4);
              case TYPE_LONGLONG -> out.writeLongLE(random.nextInt(9));
              case TYPE_FLOAT -> out.writeFloatLE(random.nextInt(9) / 2F);
              case TYPE_DOUBLE -> out.writeDoubleLE(random.nextInt(9) / 4D);
              case TYPE_DATE -> out.writeByte(4).writeShortLE(2024).writeByte(2).writeByte(3);
              case TYPE_DATETIME ->
                  out.writeByte(7)
                      .writeShortLE(2024)
                      .writeByte(2)
                      .writeByte(3)
                      .writeByte(4)
                      .writeByte(5)
                      .writeByte(6);
              case TYPE_TIME ->
                  out.writeByte(8)
                      .writeByte(0)
                      .writeIntLE(1)
                      .writeByte(2)
                      .writeByte(3)
                      .writeByte(4);
              case TYPE_NEWDECIMAL -> LengthEncoded.write(out, random.nextInt(9) + ".25");
              default -> LengthEncoded.write(out, "x".repeat(random.nextInt(4)));
            }
          });
    }

    private void both(Prepared of, int command, byte[] body) throws IOException {
      for (int i = 0; i < sides.length; i++) {
        sides[i].send(RawMysqlClient.ofStatement(command, of.numbers[i], body));
      }
    }

    private void compare(String what, boolean rows) {
      List<String> direct = answer(sides[0], rows);
      List<String> through = answer(sides[1], rows);
      if (!same(direct, through)) {
        List<String> before = log.subList(Math.max(0, log.size() - SHOWN), log.size());
        assertThat(through)
            .as("seed %d, %s, behind:%n  %s%n", SEED, what, String.join("\n  ", before))
            .isEqualTo(direct);
      }
      log.add(name + ": " + what + " -> " + direct);
    }

    /** True if the server has executed what was compared last: it keeps the types then. */
    private boolean accepted() {
      return !log.get(log.size() - 1).contains(" HY000 ");
    }

    private static List<String> answer(RawMysqlClient side, boolean rows) {
      try {
        return rows ? side.fetched() : side.packets();
      } catch (IOException e) {
        return List.of(e.toString());
      }
    }

    /** True if two answers are alike, but for parts that no client can rely on. */
    private boolean same(List<String> direct, List<String> through) {
      return plain(direct).equals(plain(through));
    }

    /**
     * Packets without a server's number of a statement, and for MySQL without the types of columns:
     * that of a bare parameter is the one of executions before it, also of others.
     */
    private List<String> plain(List<String> packets) {
      return packets.stream()
          .map(packet -> packet.replaceFirst("statement \\([0-9]+\\)", "statement"))
          .map(
              packet ->
                  mysql && packet.contains(" 03646566")
                      ? packet.substring(0, packet.length() - 2 * COLUMN)
                      : packet)
          .toList();
    }

    @Override
    public void close() throws IOException {
      for (RawMysqlClient side : sides) {
        side.close();
      }
    }
  }

  private interface Content {
    void write(ByteBuf out);
  }

  private static byte[] bytes(Content content) {
    ByteBuf out = Unpooled.buffer();
    content.write(out);
    return ByteBufUtil.getBytes(out);
  }

  private static void fuzz(MysqlRelease release, int poolSize) throws IOException, SQLException {
    MysqlServer server = release.shared().primary();
    server.executeIn(
        "app",
        "DROP TABLE IF EXISTS executions",
        "CREATE TABLE executions (v INT PRIMARY KEY)",
        "INSERT INTO executions VALUES (1), (2), (3), (4), (5)");
    boolean mysql = release == MysqlRelease.MYSQL;
    System.out.println("executions.seed=" + SEED);
    MysqlTarget.of(server).jdbc().close(); // the server remembers the user from now on
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", poolSize))) {
      Random random = new Random(SEED);
      for (int done = 0; done < STEPS; done += SESSION) {
        List<String> log = new ArrayList<>();
        MysqlTarget direct = MysqlTarget.of(server);
        // MariaDB 11.4 ends at some commands that are cut.
        try (Pair one = new Pair("a", direct, node.target(), mysql, mysql, log, random);
            Pair other =
                new Pair(
                    "b",
                    direct,
                    node.target(),
                    mysql && random.nextBoolean(),
                    mysql,
                    log,
                    random)) {
          for (int step = 0; step < SESSION; step++) {
            (random.nextBoolean() ? one : other).step();
          }
        }
      }
    }
  }

  @MariadbAndMysql
  void executionsAreAnsweredAsTheServerDoes(MysqlRelease release) throws Exception {
    fuzz(release, 4);
  }

  /** Types of attributes are no types of parameters, of which the statement has none. */
  @Test
  void anExecutionWithoutAttributesBehindOneWithSomeIsAnswered() throws Exception {
    try (MysqlNode node = MysqlNode.start(MysqlRelease.MYSQL, c -> c.vdb("pool.size", 1));
        RawMysqlClient client =
            RawMysqlClient.logInWanting(node.target(), Capability.QUERY_ATTRIBUTES)) {
      int number = client.prepare("SELECT 1");
      for (String body : List.of("0801000000010001FE0001610176", "080100000000", "0001000000")) {
        byte[] bytes = HexFormat.of().parseHex(body);
        client.send(RawMysqlClient.ofStatement(Command.STMT_EXECUTE, number, bytes));
        assertThat(client.packets()).as(body).contains("3 00000100000000000000");
      }
    }
  }

  /** As a recursive reader does that walks a tree. */
  @MariadbAndMysql
  void aCursorOutlivesExecutionsOfAnotherStatementOfTheSameText(MysqlRelease release)
      throws Exception {
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        Connection client =
            node.target().jdbc("useServerPrepStmts", "true", "useCursorFetch", "true")) {
      String sql = "SELECT 1 UNION SELECT 2 UNION SELECT 3";
      try (PreparedStatement outer = client.prepareStatement(sql);
          PreparedStatement inner = client.prepareStatement(sql)) {
        outer.setFetchSize(1);
        int[] sizes = {1, 0, 0, 1};
        for (int round = 0; round < sizes.length; round++) {
          inner.setFetchSize(sizes[round]);
          int found = 0;
          try (ResultSet rows = outer.executeQuery()) {
            while (rows.next()) {
              assertThat(rows.getInt(1)).isEqualTo(++found);
              assertThat(sum(inner)).isEqualTo(6);
            }
          }
          assertThat(found).isEqualTo(3);
        }
      }
    }
  }

  private static int sum(PreparedStatement statement) throws SQLException {
    int sum = 0;
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        sum += rows.getInt(1);
      }
    }
    return sum;
  }
}
