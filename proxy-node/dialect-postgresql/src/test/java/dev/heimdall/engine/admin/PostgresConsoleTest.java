package dev.heimdall.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.console.ConsoleChannel;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.dialect.postgres.console.PostgresConsole;
import dev.heimdall.engine.observe.KeyValueLog;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.model.ConsoleRight;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresConsoleTest {
  private static final Operator ADMIN = AtConsole.operator(ConsoleRight.ALL, "heimdall");

  private final FakeNode node = new FakeNode();
  private final Metrics metrics = new Metrics("1.2.3", 1, 10);
  private final ConsoleChannel console = talk();
  private final EmbeddedChannel channel = new EmbeddedChannel(console.handler());

  /** One message of the console, its body still as bytes. */
  private record Reply(char type, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  private ConsoleChannel talk() {
    return new PostgresConsole()
        .talk(new AdminCommands(node, metrics, new KeyValueLog(), Runnable::run), ADMIN, null);
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
    metrics.close();
  }

  @Test
  void aSimpleQueryGetsDescriptionRowsTagAndReady() {
    List<Reply> replies = send(query("SHOW POOLS"));
    assertThat(types(replies)).isEqualTo("TDDCZ");
    assertThat(replies.get(0).text()).contains("cl_waiting", "maxwait_us");
    assertThat(replies.get(1).text()).contains("ann", "2", "250000");
    assertThat(replies.get(3).text()).isEqualTo("SHOW\0");
    assertThat(replies.get(4).text()).isEqualTo("I");
  }

  @Test
  void statementsOfOneQueryRunUpToTheFirstError() {
    assertThat(types(send(query("SELECT 1; PAUSE shop; nonsense; RESUME shop"))))
        .isEqualTo("TDCCEZ");
    assertThat(node.orders).containsExactly("pause shop");
    assertThat(types(send(query("")))).isEqualTo("IZ");
    assertThat(types(send(query("RESUME")))).isEqualTo("CZ");
  }

  @Test
  void theExtendedProtocolDescribesBindsAndExecutes() {
    List<Reply> replies =
        send(
            parse("s1", "SHOW POOLS"), describe('S', "s1"), bind("", "s1"), execute("", 0), sync());
    assertThat(types(replies)).isEqualTo("1tT2DDCZ");
    assertThat(types(send(bind("p", "s1"), describe('P', "p"), execute("p", 0), sync())))
        .isEqualTo("2TDDCZ");
    assertThat(
            types(
                send(parse("", "PAUSE"), bind("", ""), describe('P', ""), execute("", 0), sync())))
        .isEqualTo("12nCZ");
  }

  @Test
  void aPortalWithARowLimitIsSuspendedAndGoesOn() {
    assertThat(
            types(
                send(
                    query("BEGIN"),
                    parse("", "SHOW POOLS"),
                    bind("c", ""),
                    execute("c", 1),
                    sync())))
        .isEqualTo("CZ12DsZ");
    assertThat(types(send(execute("c", 5), sync()))).isEqualTo("DCZ");
    assertThat(types(send(query("COMMIT"), execute("c", 1), sync()))).isEqualTo("CZEZ");
  }

  @Test
  void valuesAreBinaryWhereTheClientWantsThem() {
    List<Reply> replies =
        send(parse("", "SELECT 7, true, 'x'"), bind("", "", (short) 1), execute("", 0), sync());
    ByteBuf row = Unpooled.wrappedBuffer(replies.get(2).body());
    assertThat(row.readShort()).isEqualTo((short) 3);
    assertThat(row.readInt()).isEqualTo(4);
    assertThat(row.readInt()).isEqualTo(7);
    assertThat(row.readInt()).isEqualTo(1);
    assertThat(row.readByte()).isEqualTo((byte) 1);
    assertThat(row.readInt()).isEqualTo(1);
    assertThat(row.readByte()).isEqualTo((byte) 'x');

    List<Reply> servers =
        send(parse("", "SHOW SERVERS"), bind("", "", (short) 1), execute("", 0), sync());
    assertThat(types(servers)).isEqualTo("12DCZ");
  }

  @Test
  void anErrorSkipsWhatFollowsUpToSync() {
    assertThat(
            types(
                send(
                    parse("", "nonsense"),
                    bind("", ""),
                    execute("", 0),
                    query("SELECT 1"),
                    sync(),
                    query("SELECT 1"))))
        .isEqualTo("EZTDCZ");
  }

  @Test
  void unknownNamesAndUnwantedParametersAreErrorsOfTheirOwn() {
    assertThat(sqlstate(send(bind("", "nope"), sync()))).isEqualTo("26000");
    assertThat(sqlstate(send(execute("nope", 0), sync()))).isEqualTo("34000");
    assertThat(sqlstate(send(describe('P', "nope"), sync()))).isEqualTo("34000");
    send(parse("twice", "SELECT 1"), sync());
    assertThat(sqlstate(send(parse("twice", "SELECT 1"), sync()))).isEqualTo("42P05");
    assertThat(
            sqlstate(
                send(message('B', string("") + string("twice") + "\0\0\0\1\0\0\0\0\0\0"), sync())))
        .isEqualTo("08P01");
    assertThat(types(send(close('S', "twice"), parse("twice", "SELECT 2"), sync())))
        .isEqualTo("31Z");
  }

  @Test
  void transactionsHaveTheStatusThatDriversExpect() {
    assertThat(status(send(query("BEGIN")))).isEqualTo("T");
    assertThat(status(send(query("SHOW POOLS")))).isEqualTo("T");
    assertThat(status(send(query("nonsense")))).isEqualTo("E");
    assertThat(sqlstate(send(query("SHOW POOLS")))).isEqualTo("25P02");
    assertThat(status(send(query("ROLLBACK TO s")))).isEqualTo("T");
    assertThat(status(send(query("nonsense")))).isEqualTo("E");
    List<Reply> commit = send(query("COMMIT"));
    assertThat(commit.get(0).text()).isEqualTo("ROLLBACK\0");
    assertThat(status(commit)).isEqualTo("I");
  }

  @Test
  void deallocateForgetsTheStatementItNames() {
    send(parse("a", "SELECT 1"), parse("b", "SELECT 1"), sync());
    assertThat(types(send(query("DEALLOCATE \"a\""), bind("", "b"), bind("", "a"), sync())))
        .isEqualTo("CZ2EZ");
    assertThat(types(send(query("DISCARD ALL"), bind("", "b"), sync()))).isEqualTo("CZEZ");
  }

  @Test
  void answersKeepTheirOrderWhileTheNodeTakesItsTime() {
    CompletableFuture<List<PoolRow>> pools = new CompletableFuture<>();
    node.pools = pools;
    assertThat(types(send(query("SELECT 1"), query("SHOW POOLS"), query("SELECT 2"))))
        .isEqualTo("TDCZ");
    pools.complete(FakeNode.somePools());
    channel.runPendingTasks();
    assertThat(types(replies())).isEqualTo("TDDCZTDCZ");
  }

  @Test
  void readingStopsOnlyWhenMuchHasComeBehindAnAnswerThatTakesItsTime() {
    CompletableFuture<List<PoolRow>> pools = new CompletableFuture<>();
    node.pools = pools;
    send(query("SHOW POOLS"), query("SELECT 1"));
    assertThat(channel.config().isAutoRead()).isTrue();
    String long30k = "SELECT 1 --" + "x".repeat(30_000);
    send(query(long30k), query(long30k), query(long30k));
    assertThat(channel.config().isAutoRead()).isFalse();
    pools.complete(FakeNode.somePools());
    channel.runPendingTasks();
    assertThat(channel.config().isAutoRead()).isTrue();
    assertThat(types(replies())).startsWith("TDDCZTDCZ");
  }

  @Test
  void aClientThatLeavesEndsTheWaitOfItsCommand() {
    CompletableFuture<Integer> paused = new CompletableFuture<>();
    node.paused = paused;
    send(query("PAUSE"));
    channel.close();
    assertThat(paused).isCancelled();
  }

  @Test
  void aCancelledCommandFailsAndTheConsoleGoesOn() {
    CompletableFuture<Integer> paused = new CompletableFuture<>();
    node.paused = paused;
    assertThat(send(query("PAUSE"))).isEmpty();
    console.cancel();
    channel.runPendingTasks();
    assertThat(sqlstate(replies())).isEqualTo("57014");
    assertThat(types(send(query("SELECT 1")))).isEqualTo("TDCZ");
  }

  @Test
  void aClientThatLeavesWhileItsAnswerIsUnderWayLeaksNothing() {
    CompletableFuture<List<PoolRow>> pools = new CompletableFuture<>();
    node.pools = pools;
    send(query("SHOW POOLS"), query("SELECT 1"));
    channel.close();
    pools.complete(FakeNode.somePools());
    channel.runPendingTasks();
    assertThat(replies()).isEmpty();
  }

  @Test
  void messagesMayArriveByteByByte() {
    ByteBuf whole = Unpooled.wrappedBuffer(query("SELECT 1"), query("SELECT 2"));
    List<Reply> replies = new ArrayList<>();
    while (whole.isReadable()) {
      replies.addAll(send(whole.readBytes(1)));
    }
    whole.release();
    assertThat(types(replies)).isEqualTo("TDCZTDCZ");
  }

  @Test
  void aFloodOfShortMessagesIsAnsweredWithoutADeepStack() throws InterruptedException {
    ByteBuf flood = Unpooled.buffer();
    for (int i = 0; i < 5_000; i++) {
      flood.writeBytes(new byte[] {'S', 0, 0, 0, 4});
    }
    List<Reply> answers = new ArrayList<>();
    Thread shallow = new Thread(null, () -> answers.addAll(send(flood)), "small stack", 256 * 1024);
    shallow.start();
    shallow.join();
    assertThat(answers).hasSize(5_000);
  }

  @Test
  void terminateClosesQuietly() {
    assertThat(send(message('X', ""))).isEmpty();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aFrameThatIsTooLongOrTooShortIsFatal() {
    for (int length : new int[] {-1, 0, 3, 70_000, Integer.MAX_VALUE}) {
      EmbeddedChannel other = new EmbeddedChannel(talk().handler());
      other.writeInbound(Unpooled.buffer().writeByte('Q').writeInt(length));
      assertThat(sqlstate(replies(other))).isEqualTo("08P01");
      assertThat(other.isOpen()).isFalse();
      other.finishAndReleaseAll();
    }
  }

  @Test
  void malformedBodiesAndUnknownTypesAreFatalAndNothingElse() {
    Random random = new Random(3);
    for (int i = 0; i < 2_000; i++) {
      EmbeddedChannel other = new EmbeddedChannel(talk().handler());
      byte[] body = new byte[random.nextInt(24)];
      random.nextBytes(body);
      char type =
          i % 2 == 0 ? "QPBDECSFHXdcfp".charAt(random.nextInt(14)) : (char) random.nextInt(256);
      ByteBuf frame = Unpooled.buffer();
      frame.writeByte(type).writeInt(4 + body.length).writeBytes(body);
      other.writeInbound(frame);
      for (Reply reply : replies(other)) {
        if (reply.type() == 'E') {
          assertThat(reply.text()).doesNotContain("XX000");
        }
      }
      other.finishAndReleaseAll();
    }
  }

  private List<Reply> send(ByteBuf... messages) {
    channel.writeInbound(Unpooled.wrappedBuffer(messages));
    return replies();
  }

  private List<Reply> replies() {
    return replies(channel);
  }

  private static List<Reply> replies(EmbeddedChannel channel) {
    List<Reply> replies = new ArrayList<>();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      while (out.isReadable()) {
        char type = (char) out.readByte();
        byte[] body = new byte[out.readInt() - 4];
        out.readBytes(body);
        replies.add(new Reply(type, body));
      }
      out.release();
    }
    return replies;
  }

  private static String types(List<Reply> replies) {
    StringBuilder types = new StringBuilder();
    replies.forEach(reply -> types.append(reply.type()));
    return types.toString();
  }

  private static String status(List<Reply> replies) {
    return replies.get(replies.size() - 1).text();
  }

  private static String sqlstate(List<Reply> replies) {
    Reply error = replies.stream().filter(reply -> reply.type() == 'E').findFirst().orElseThrow();
    String text = error.text();
    int at = text.indexOf("\0C") + 2;
    return text.substring(at, at + 5);
  }

  private static ByteBuf query(String sql) {
    return message('Q', string(sql));
  }

  private static ByteBuf parse(String name, String sql) {
    return message('P', string(name) + string(sql) + "\0\0");
  }

  private static ByteBuf bind(String portal, String statement, short... formats) {
    StringBuilder body = new StringBuilder(string(portal) + string(statement) + "\0\0\0\0");
    body.append('\0').append((char) formats.length);
    for (short format : formats) {
      body.append('\0').append((char) format);
    }
    return message('B', body.toString());
  }

  private static ByteBuf describe(char kind, String name) {
    return message('D', kind + string(name));
  }

  private static ByteBuf close(char kind, String name) {
    return message('C', kind + string(name));
  }

  private static ByteBuf execute(String portal, int rows) {
    return message('E', string(portal) + "\0\0\0" + (char) rows);
  }

  private static ByteBuf sync() {
    return message('S', "");
  }

  private static ByteBuf message(char type, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
    return Unpooled.buffer().writeByte(type).writeInt(4 + bytes.length).writeBytes(bytes);
  }

  private static String string(String text) {
    return text + "\0";
  }
}
