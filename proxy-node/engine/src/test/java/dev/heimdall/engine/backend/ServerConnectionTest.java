package dev.heimdall.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerConnectionTest {
  private DetachedServer server = new DetachedServer(100);
  private RecordingOwner ann = new RecordingOwner();
  private RecordingOwner bob = new RecordingOwner();
  private final ByteBuf stream = Unpooled.buffer();

  @AfterEach
  void close() {
    server.channel().close();
    server.written();
  }

  private void message(char type, byte... body) {
    stream.writeByte(type).writeInt(4 + body.length).writeBytes(body);
  }

  private void row(int size) {
    message('D', new byte[size]);
  }

  private byte[] bytes() {
    return Arrays.copyOf(stream.array(), stream.writerIndex());
  }

  /** A conversation with something of everything; who sent what is in {@link #expectAll}. */
  private byte[] conversation() {
    PgError.notice("to nobody").encodeNotice(stream); // before anything is owed
    message('T', new byte[10]);
    row(30);
    row(0);
    PgWriter.commandComplete(stream, "SELECT 2");
    PgWriter.ready(stream, (byte) 'I');
    message('1'); // of ours
    message('2');
    message('n');
    PgWriter.parameterStatus(stream, "TimeZone", "UTC");
    PgWriter.commandComplete(stream, "SET");
    PgError.notice("to bob").encodeNotice(stream);
    PgWriter.ready(stream, (byte) 'T');
    PgError.error("22012", "division by zero").encode(stream);
    PgWriter.ready(stream, (byte) 'E');
    row(90);
    PgWriter.commandComplete(stream, "SELECT 1");
    PgWriter.ready(stream, (byte) 'I');
    return bytes();
  }

  private void expectAll(ServerConnection connection) {
    connection.expect(ReplyQueue.QUERY, ann);
    connection.statements().parsing(new ServerStatements.PendingName(null, null));
    connection.expect(ReplyQueue.PARSE_OURS, bob);
    connection.expect(ReplyQueue.PARSE_KNOWN, bob);
    connection.expect(ReplyQueue.BIND, bob);
    connection.expect(ReplyQueue.DESCRIBE, bob);
    connection.expect(ReplyQueue.EXECUTE, bob);
    connection.expect(ReplyQueue.CLOSE_KNOWN, bob);
    connection.expect(ReplyQueue.SYNC, bob);
    connection.expect(ReplyQueue.BIND, ann);
    connection.expect(ReplyQueue.EXECUTE, ann);
    connection.expect(ReplyQueue.SYNC, ann);
    connection.expect(ReplyQueue.QUERY, ann);
  }

  private void replay(byte[] conversation, int... cuts) {
    server = new DetachedServer(100);
    ann = new RecordingOwner();
    bob = new RecordingOwner();
    // The notice to nobody comes while the queue is empty; then everything is asked at once.
    int first = 1 + ((conversation[3] & 0xff) << 8 | conversation[4] & 0xff);
    server.sends(conversation, 0, first);
    expectAll(server.connection());
    int at = first;
    for (int cut : cuts) {
      if (cut > at) {
        server.sends(conversation, at, cut);
        at = cut;
      }
    }
    server.sends(conversation, at, conversation.length);
  }

  private void check(String how, List<byte[]> bytes, List<List<String>> events) {
    assertThat(ann.bytes()).as(how).isEqualTo(bytes.get(0));
    assertThat(bob.bytes()).as(how).isEqualTo(bytes.get(1));
    assertThat(ann.events()).as(how).isEqualTo(events.get(0));
    assertThat(bob.events()).as(how).isEqualTo(events.get(1));
    assertThat(server.connection().quiet()).as(how).isTrue();
    assertThat(server.closings()).as(how).isZero();
    server.channel().close();
    server.written();
  }

  @Test
  void theSameStreamCutAnywhereIsDeliveredTheSame() {
    byte[] conversation = conversation();
    replay(conversation);
    List<byte[]> bytes = List.of(ann.bytes(), bob.bytes());
    List<List<String>> events = List.of(List.copyOf(ann.events()), List.copyOf(bob.events()));
    assertThat(events.get(0)).hasSize(3);
    assertThat(events.get(1)).hasSize(4);
    assertThat(bob.events().get(0)).isEqualTo("known " + ReplyQueue.PARSE_KNOWN + " at 0");
    check("whole", bytes, events);

    for (int cut = 1; cut < conversation.length; cut++) {
      replay(conversation, cut);
      check("cut at " + cut, bytes, events);
    }
    int[] everywhere = new int[conversation.length];
    Arrays.setAll(everywhere, i -> i);
    replay(conversation, everywhere);
    check("byte by byte", bytes, events);
    Random random = new Random(1);
    for (int round = 0; round < 300; round++) {
      int[] cuts = random.ints(1 + random.nextInt(12), 1, conversation.length).sorted().toArray();
      replay(conversation, cuts);
      check("cut at " + Arrays.toString(cuts), bytes, events);
    }
  }

  @Test
  void aLargeRowIsPassedOnPieceByPiece() {
    row(10 << 20);
    PgWriter.commandComplete(stream, "SELECT 1");
    PgWriter.ready(stream, (byte) 'I');
    byte[] all = bytes();
    server.connection().expect(ReplyQueue.QUERY, ann);

    server.sends(all, 0, 3);
    for (int at = 3; at < all.length; at += 8192) {
      server.sends(all, at, Math.min(all.length, at + 8192));
      if (at == 3 + 8192) {
        assertThat(ann.bytes()).hasSize(at + 8192);
        assertThat(server.connection().cutReply()).isTrue();
      }
    }

    assertThat(ann.bytes()).isEqualTo(all);
    assertThat(ann.largestRun()).isLessThanOrEqualTo(8192 + 5);
    assertThat(server.connection().cutReply()).isFalse();
    assertThat(ann.events()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, -1, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void anImpossibleLengthEndsTheConnection(int length) {
    server.connection().expect(ReplyQueue.QUERY, ann);

    server.sends(Unpooled.buffer().writeByte('D').writeInt(length).writeZero(20).array());

    assertThat(ann.events()).containsExactly("lost 08P01");
    assertThat(ann.bytes()).isEmpty();
    assertThat(server.closings()).isEqualTo(1);
  }

  @Test
  void nothingAfterABrokenMessageIsDelivered() {
    byte[] broken = Unpooled.buffer().writeByte('D').writeInt(3).array();
    row(5);
    PgWriter.commandComplete(stream, "SELECT 1");
    PgWriter.ready(stream, (byte) 'I');
    byte[] all =
        io.netty.buffer.ByteBufUtil.getBytes(
            Unpooled.wrappedBuffer(Arrays.copyOf(broken, 5), bytes()));
    for (int cut = 1; cut < all.length; cut++) {
      server = new DetachedServer(100);
      ann = new RecordingOwner();
      server.connection().expect(ReplyQueue.QUERY, ann);

      server.sends(all, 0, cut);
      server.sends(all, cut, all.length);

      assertThat(ann.bytes()).as("cut at " + cut).isEmpty();
      assertThat(ann.events()).as("cut at " + cut).containsExactly("lost 08P01");
    }
  }

  @Test
  void anErrorTooLargeToReadWholeEndsTheConnection() {
    server.connection().expect(ReplyQueue.QUERY, ann);
    byte[] header = Unpooled.buffer().writeByte('E').writeInt(1 << 30).writeZero(100).array();

    server.sends(header, 0, 50);
    server.sends(header, 50, 100);

    assertThat(ann.events()).containsExactly("lost 08P01");
    assertThat(server.closings()).isEqualTo(1);
  }

  @Test
  void aMessageThatNobodyAskedForEndsTheConnection() {
    PgWriter.commandComplete(stream, "SELECT 1");
    server.connection().hold(ann);

    server.sends(bytes());

    assertThat(ann.events()).containsExactly("lost 08P01");
    assertThat(ann.bytes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 6, 100})
  void aReadyOfTheWrongLengthEndsTheConnection(int length) {
    message('C', new byte[] {'X', 0});
    stream.writeByte('Z').writeInt(length).writeByte('I').writeZero(Math.max(0, length - 5));
    server.connection().expect(ReplyQueue.QUERY, ann);
    server.connection().expect(ReplyQueue.QUERY, bob);

    server.sends(bytes());

    assertThat(server.closings()).isEqualTo(1);
    assertThat(ann.events()).containsExactly("lost 08P01");
    assertThat(bob.events()).containsExactly("lost 08P01");
  }

  @Test
  void whatComesUnaskedGoesToTheHolder() {
    server.connection().hold(bob);
    PgError.notice("between statements").encodeNotice(stream);
    byte[] notice = bytes();

    server.sends(notice);

    assertThat(bob.bytes()).isEqualTo(notice);
  }

  @Test
  void aFatalErrorIsToldByTheLossAlone() {
    server.connection().hold(ann);
    PgError.fatal("57P01", "terminating connection").encode(stream);

    server.sends(bytes());
    server.channel().close();

    assertThat(ann.bytes()).isEmpty();
    assertThat(ann.events()).containsExactly("lost 57P01");
    assertThat(server.closings()).isEqualTo(1);
  }

  @Test
  void everyoneWhoWaitsIsToldOfTheLossOnce() {
    server.connection().hold(ann);
    server.connection().expect(ReplyQueue.QUERY, ann);
    server.connection().expect(ReplyQueue.QUERY, bob);
    server.connection().expect(ReplyQueue.BIND, bob);

    server.channel().close();

    assertThat(bob.events()).containsExactly("lost");
    assertThat(ann.events()).startsWith("lost");
    assertThat(server.connection().closed()).isTrue();
    assertThat(server.connection().groupOpen()).isTrue();
    assertThat(server.closings()).isEqualTo(1);
  }

  @Test
  void copyInIsOverWhenItsStatementFails() {
    server.connection().expect(ReplyQueue.QUERY, ann);
    message('G', (byte) 0, (byte) 0, (byte) 0);
    server.sends(bytes());
    assertThat(server.connection().copyIn()).isTrue();
    assertThat(ann.events()).containsExactly("copy in");
    stream.clear();
    PgError.error("22P04", "bad").encode(stream);
    PgWriter.ready(stream, (byte) 'I');

    server.sends(bytes());

    assertThat(server.connection().copyIn()).isFalse();
  }

  @Test
  void aFailedParseIsForgottenAndUndone() {
    PreparedStatement statement = statement("SELECT nothing");
    int[] undone = new int[1];
    ServerConnection connection = server.connection();
    connection.statements().parsing(new ServerStatements.PendingName(statement, () -> undone[0]++));
    connection.expect(ReplyQueue.PARSE, ann);
    connection.expect(ReplyQueue.SYNC, ann);
    assertThat(connection.statements().knows(statement)).isTrue();
    PgError.error("42P01", "no table").encode(stream);
    PgWriter.ready(stream, (byte) 'I');

    server.sends(bytes());

    assertThat(connection.statements().knows(statement)).isFalse();
    assertThat(undone[0]).isEqualTo(1);
    assertThat(ann.events()).containsExactly("complete I 42P01 at " + ann.bytes().length);
  }

  @Test
  void theLeastRecentlyUsedStatementMakesRoom() {
    server = new DetachedServer(2);
    ServerConnection connection = server.connection();
    PreparedStatement one = statement("1");
    PreparedStatement two = statement("2");
    PreparedStatement three = statement("3");
    assertThat(connection.statements().preparing(one)).isNull();
    assertThat(connection.statements().preparing(two)).isNull();
    connection.statements().knows(one);

    assertThat(connection.statements().preparing(three)).isSameAs(two);

    assertThat(connection.statements().knows(one)).isTrue();
    assertThat(connection.statements().knows(two)).isFalse();
    assertThat(connection.statements().count()).isEqualTo(2);
  }

  @Test
  void theListenerHearsOfTheLastCancelOnly() {
    server.connection().cancelStarted();
    server.connection().cancelStarted();
    server.connection().cancelEnded();
    assertThat(server.cancelsDone()).isZero();
    assertThat(server.connection().cancelling()).isTrue();

    server.connection().cancelEnded();

    assertThat(server.cancelsDone()).isEqualTo(1);
  }

  private static PreparedStatement statement(String text) {
    return new StatementRegistry(0)
        .acquireAlone(
            text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
            PreparedStatement.Origin.NAMED,
            null,
            "",
            0);
  }
}
