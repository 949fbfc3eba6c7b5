package dev.heimdall.engine.dialect.mysql.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.console.DriverStatements;
import dev.heimdall.engine.console.KnownCommand;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.console.Tokens;
import dev.heimdall.engine.dialect.mysql.answer.MysqlEncoder;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.model.ConsoleRight;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MysqlConsoleDialogueTest {
  private static final byte QUERY = dev.heimdall.engine.wire.mysql.Command.QUERY;
  private static final byte PING = dev.heimdall.engine.wire.mysql.Command.PING;
  private static final byte PREPARE = dev.heimdall.engine.wire.mysql.Command.STMT_PREPARE;

  private final List<String> commands = new ArrayList<>();
  private EmbeddedChannel channel;

  /** A console that answers each text with two rows. */
  private final class Echo implements Console {
    @Override
    public boolean recognises(byte[] sql, int offset, int length) {
      return true;
    }

    @Override
    public String version() {
      return "1.2.3";
    }

    @Override
    public ConsoleCommand command(String sql, Operator operator, DriverStatements drivers) {
      Optional<ConsoleCommand> habit =
          Tokens.statements(sql).stream().findFirst().flatMap(drivers::command);
      if (habit.isPresent()) {
        return habit.get();
      }
      commands.add(sql);
      List<Column> columns = List.of(Column.text("text"), new Column("yes", Column.Type.BOOL));
      Answer answer =
          sql.startsWith("bad")
              ? Answer.failed("42601", "unknown command", "Try SHOW HELP.")
              : new Answer.Rows(
                  columns, List.of(List.of(sql, "t"), List.of("second", "f")), "SHOW");
      return new KnownCommand(answer);
    }

    @Override
    public List<ConsoleCommand> commands(String sql, Operator operator, DriverStatements drivers) {
      return Arrays.stream(sql.split(";")).map(one -> command(one, operator, drivers)).toList();
    }
  }

  private void talk(long capabilities) {
    MysqlEncoder encoder = new MysqlEncoder();
    encoder.agree(capabilities);
    ByteBuf welcome = Unpooled.buffer();
    encoder.welcome(Greeting.of(new MysqlConsole().reported()), null, null, welcome);
    welcome.release();
    Operator operator =
        new Operator(
            "admin",
            ConsoleRight.ALL,
            new InetSocketAddress("127.0.0.1", 1),
            "shop",
            "heimdall",
            false);
    channel = new EmbeddedChannel(new MysqlConsole().talk(new Echo(), operator, encoder).handler());
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void send(byte code, byte[] rest) {
    ByteBuf out = Unpooled.buffer();
    int at = Packet.begin(out, 0);
    out.writeByte(code).writeBytes(rest);
    Packet.end(out, at);
    channel.writeInbound(out);
  }

  private void send(byte code, String text) {
    send(code, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The payloads of an answer, whose packets have the numbers that they must have. */
  private List<ByteBuf> answer() {
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
      all.writeBytes(piece);
      piece.release();
    }
    List<ByteBuf> payloads = new ArrayList<>();
    while (all.isReadable()) {
      int length = Packet.payload(all, all.readerIndex());
      assertThat(Packet.sequence(all, all.readerIndex())).isEqualTo(payloads.size() + 1);
      payloads.add(all.skipBytes(Packet.HEADER).readSlice(length));
    }
    return payloads;
  }

  private static String error(ByteBuf payload) {
    var error = ErrPacket.read(payload, StandardCharsets.UTF_8);
    return error.number() + " " + error.sqlState() + " " + error.message();
  }

  @Test
  void rowsComeWithEofPacketsOrWithoutThem() {
    talk(0);
    send(QUERY, "SHOW POOLS");
    List<ByteBuf> withEof = answer();
    assertThat(withEof).hasSize(1 + 2 + 1 + 2 + 1);
    assertThat(withEof.get(4).toString(StandardCharsets.UTF_8)).isEqualTo("\nSHOW POOLS\u00011");
    assertThat(withEof.get(6).getUnsignedByte(0)).isEqualTo((short) 0xFE);
    assertThat(withEof.get(6).readableBytes()).isEqualTo(5);

    talk(Capability.DEPRECATE_EOF);
    send(QUERY, "SHOW POOLS");
    List<ByteBuf> without = answer();
    assertThat(without).hasSize(1 + 2 + 2 + 1);
    assertThat(without.get(5).getUnsignedByte(0)).isEqualTo((short) 0xFE);
    assertThat(without.get(5).readableBytes()).isEqualTo(7);
  }

  @Test
  void anErrorEndsTheStatementsOfOneText() {
    talk(Capability.DEPRECATE_EOF);
    send(QUERY, "SHOW POOLS;bad;SHOW POOLS");

    List<ByteBuf> answer = answer();
    assertThat(answer).hasSize(1 + 2 + 2 + 1 + 1);
    assertThat(answer.get(5).getShortLE(3) & 8).as("more results follow").isEqualTo(8);
    assertThat(error(answer.get(6))).isEqualTo("1064 42000 unknown command (Try SHOW HELP.)");
  }

  @Test
  void attributesOfQueriesAreNoPartOfTheText() {
    talk(Capability.QUERY_ATTRIBUTES);
    send(QUERY, "\0\u0001SHOW POOLS");
    answer();
    send(QUERY, new byte[] {1, 1, 0, 1, 3, 0, 1, 'n', 7, 0, 0, 0, 'S', 'H', 'O', 'W'});
    answer();

    assertThat(commands).containsExactly("SHOW POOLS", "SHOW");
  }

  @Test
  void whatDriversSayByHabitIsAnswered() {
    talk(Capability.DEPRECATE_EOF);
    send(PING, "");
    assertThat(answer().get(0).getByte(0)).isZero();
    send(QUERY, "/* driver */SELECT @@session.autocommit AS a, @@version_comment limit 1");
    assertThat(answer().get(3).toString(StandardCharsets.UTF_8))
        .isEqualTo("\u00011\u0010Heimdall console");
    send(QUERY, "SET NAMES utf8mb4;SELECT 1, database() AS db");
    List<ByteBuf> several = answer();
    assertThat(several.get(0).getByte(0)).isZero();
    assertThat(several.get(2).toString(StandardCharsets.UTF_8)).contains("\u00011");
    assertThat(several.get(4).toString(StandardCharsets.UTF_8)).isEqualTo("\u00011\bheimdall");
    send(QUERY, "start transaction");
    assertThat(answer().get(0).getByte(0)).isZero();
    send(PREPARE, "SHOW POOLS");
    assertThat(error(answer().get(0))).startsWith("1295 HY000");
    send((byte) 0x12, "");
    assertThat(error(answer().get(0))).isEqualTo("1047 08S01 Unknown command");
    assertThat(commands).isEmpty();
  }

  @Test
  void malformedCommandsCloseWithAnError() {
    Random random = new Random(15);
    for (int i = 0; i < 200; i++) {
      talk(Capability.QUERY_ATTRIBUTES);
      byte[] junk = new byte[random.nextInt(60)];
      random.nextBytes(junk);
      send(QUERY, junk);
      assertThat(answer()).isNotEmpty();
      if (channel.isOpen()) {
        channel.writeInbound(Unpooled.wrappedBuffer(junk));
      }
      channel.checkException();
      close();
    }
  }
}
