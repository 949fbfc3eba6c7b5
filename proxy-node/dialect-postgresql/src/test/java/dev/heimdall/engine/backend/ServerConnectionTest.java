package dev.heimdall.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.prepared.StatementNames;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.prepared.StatementShape;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
    ErrorMessage.encodeNotice(
        ServerError.notice("to nobody"), stream); // before anything is pending
    message('T', new byte[10]);
    row(30);
    row(0);
    row(7);
    ErrorMessage.encodeNotice(ServerError.notice("amid rows"), stream);
    row(1);
    row(12);
    PgWriter.commandComplete(stream, "SELECT 5");
    message('H', new byte[3]);
    message('d', new byte[20]);
    message('d');
    message('d', new byte[4]);
    ErrorMessage.encodeNotice(ServerError.notice("amid a copy"), stream);
    message('d', new byte[9]);
    message('d', new byte[2]);
    message('c');
    PgWriter.commandComplete(stream, "COPY 5");
    PgWriter.ready(stream, TransactionState.IDLE);
    message('1'); // of ours
    message('2');
    message('n');
    PgWriter.parameterStatus(stream, "TimeZone", "UTC");
    PgWriter.commandComplete(stream, "SET");
    ErrorMessage.encodeNotice(ServerError.notice("to bob"), stream);
    PgWriter.ready(stream, TransactionState.OPEN);
    ErrorMessage.encode(ServerError.error("22012", "division by zero"), stream);
    PgWriter.ready(stream, TransactionState.FAILED);
    row(90);
    PgWriter.commandComplete(stream, "SELECT 1");
    PgWriter.ready(stream, TransactionState.IDLE);
    return bytes();
  }

  private void expectAll(ServerConnection connection) {
    connection.expect(ReplyQueue.QUERY, ann);
    connection.statements().parsing(null, null);
    connection.expect(ReplyQueue.PARSE_OURS, bob);
    connection.statements().parsing(null, null);
    connection.expect(ReplyQueue.PARSE_KNOWN, bob);
    connection.expect(ReplyQueue.BIND, bob);
    connection.expect(ReplyQueue.DESCRIBE, bob);
    connection.expect(ReplyQueue.EXECUTE, bob);
    connection.statements().parsing(null, null);
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
    PgWriter.ready(stream, TransactionState.IDLE);
    byte[] all = bytes();
    server.connection().expect(ReplyQueue.QUERY, ann);

    server.sends(all, 0, 3);
    for (int at = 3; at < all.length; at += 8192) {
      server.sends(all, at, Math.min(all.length, at + 8192));
      if (at == 3 + 8192) {
        assertThat(ann.bytes()).hasSize(at + 8192);
        assertThat(server.connection().replies().cutReply()).isTrue();
      }
    }

    assertThat(ann.bytes()).isEqualTo(all);
    assertThat(ann.largestRun()).isLessThanOrEqualTo(8192 + 5);
    assertThat(server.connection().replies().cutReply()).isFalse();
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
    PgWriter.ready(stream, TransactionState.IDLE);
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

  @ParameterizedTest
  @ValueSource(ints = {0, 3, -1, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void anImpossibleLengthBehindRowsEndsTheConnection(int length) {
    row(5);
    row(0);
    int good = stream.writerIndex();
    stream.writeByte('D').writeInt(length).writeZero(20);
    byte[] all = bytes();
    for (int cut = good + 1; cut < all.length; cut++) {
      server = new DetachedServer(100);
      ann = new RecordingOwner();
      server.connection().expect(ReplyQueue.QUERY, ann);

      server.sends(all, 0, cut);
      server.sends(all, cut, all.length);

      assertThat(ann.bytes().length).as("cut at " + cut).isLessThanOrEqualTo(good);
      assertThat(ann.events()).as("cut at " + cut).containsExactly("lost 08P01");
    }
  }

  @Test
  void rowsThatAreNobodysAreDroppedAmongThoseThatAre() {
    server.connection().expect(ReplyQueue.BIND_OURS, ann);
    server.connection().expect(ReplyQueue.EXECUTE_OURS, ann);
    server.connection().expect(ReplyQueue.BIND, ann);
    server.connection().expect(ReplyQueue.EXECUTE, ann);
    server.connection().expect(ReplyQueue.SYNC, ann);
    message('2');
    row(3);
    row(4);
    PgWriter.commandComplete(stream, "SELECT 2");
    int own = stream.writerIndex();
    message('2');
    row(5);
    row(6);
    PgWriter.commandComplete(stream, "SELECT 2");
    PgWriter.ready(stream, TransactionState.IDLE);
    byte[] all = bytes();

    server.sends(all);

    assertThat(ann.bytes()).isEqualTo(Arrays.copyOfRange(all, own, all.length));
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
  void aServerThatReportsParametersWithoutEndLosesTheConnection() {
    for (int i = 0; i < 2_000; i++) {
      PgWriter.parameterStatus(stream, "parameter_" + i, "on");
    }
    server.connection().hold(ann);

    server.sends(bytes());

    assertThat(server.closings()).isEqualTo(1);
    assertThat(server.connection().reported().values()).hasSize(1_000);
    assertThat(ann.events()).last().isEqualTo("lost 08P01");
  }

  @Test
  void aMessageThatNobodyAskedForEndsTheConnection() {
    PgWriter.commandComplete(stream, "SELECT 1");
    server.connection().hold(ann);

    server.sends(bytes());

    assertThat(ann.events()).containsExactly("lost 08P01");
    assertThat(ann.bytes()).isEmpty();
  }

  @Test
  void aReadyWithAnUnknownStatusEndsTheConnection() {
    message('C', new byte[] {'X', 0});
    stream.writeByte('Z').writeInt(5).writeByte('X');
    server.connection().expect(ReplyQueue.QUERY, ann);

    server.sends(bytes());

    assertThat(ann.events()).containsExactly("lost 08P01");
    assertThat(server.connection().closed()).isTrue();
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
    ErrorMessage.encodeNotice(ServerError.notice("between statements"), stream);
    byte[] notice = bytes();

    server.sends(notice);

    assertThat(bob.bytes()).isEqualTo(notice);
  }

  @Test
  void aFatalErrorIsToldByTheLossAlone() {
    server.connection().hold(ann);
    ErrorMessage.encode(ServerError.fatal("57P01", "terminating connection"), stream);

    server.sends(bytes());
    server.channel().close();

    assertThat(ann.bytes()).isEmpty();
    assertThat(ann.events()).containsExactly("lost 57P01");
    assertThat(server.closings()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 20, 60})
  void whatAServerThatCrashesSaysIsToldByTheLossAlone(int cut) {
    server.connection().hold(ann);
    server.connection().expect(ReplyQueue.QUERY, ann);
    ErrorMessage.encodeNotice(
        new ServerError(
            "WARNING", "57P02", "terminating connection because of a crash", null, null),
        stream);

    server.sends(bytes(), 0, cut);
    server.sends(bytes(), cut, stream.writerIndex());
    assertThat(server.connection().begun()).isFalse();
    server.channel().close();

    assertThat(ann.bytes()).isEmpty();
    assertThat(ann.events()).containsExactly("lost 57P02");
  }

  @Test
  void anAnswerMayWaitForItsEndUnlessSomethingElseIsSaidMeanwhile() {
    server.connection().expect(ReplyQueue.QUERY, ann);
    server.connection().expect(ReplyQueue.QUERY, ann);
    message('T', new byte[10]);
    row(30);
    byte[] rows = bytes();
    stream.clear();
    ErrorMessage.encodeNotice(ServerError.notice("half way"), stream);
    byte[] notice = bytes();
    stream.clear();
    PgWriter.ready(stream, TransactionState.IDLE);

    server.sends(rows);
    assertThat(server.connection().begun()).isTrue();
    assertThat(server.connection().due()).isFalse();
    server.sends(notice);
    assertThat(server.connection().due()).isTrue();
    server.sends(bytes());
    assertThat(server.connection().due()).as("of the next answer").isFalse();
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
    ErrorMessage.encode(ServerError.error("22P04", "bad"), stream);
    PgWriter.ready(stream, TransactionState.IDLE);

    server.sends(bytes());

    assertThat(server.connection().copyIn()).isFalse();
  }

  @Test
  void aFailedParseIsForgottenAndUndone() {
    PreparedStatement statement = statement("SELECT nothing");
    int[] undone = new int[1];
    ServerConnection connection = server.connection();
    connection.statements().parsing(statement, () -> undone[0]++);
    connection.expect(ReplyQueue.PARSE, ann);
    connection.expect(ReplyQueue.SYNC, ann);
    assertThat(connection.statements().knows(statement)).isTrue();
    ErrorMessage.encode(ServerError.error("42P01", "no table"), stream);
    PgWriter.ready(stream, TransactionState.IDLE);

    server.sends(bytes());

    assertThat(connection.statements().knows(statement)).isFalse();
    assertThat(undone[0]).isEqualTo(1);
    assertThat(ann.events()).containsExactly("complete IDLE 42P01 at " + ann.bytes().length);
  }

  @Test
  void theLeastRecentlyUsedStatementMakesRoom() {
    server = new DetachedServer(2);
    ServerConnection connection = server.connection();
    PreparedStatement one = statement("1");
    PreparedStatement two = statement("2");
    PreparedStatement three = statement("3");
    connection.statements().preparing(one);
    connection.statements().preparing(two);
    connection.statements().knows(one);

    assertThat(connection.statements().victimOf(three)).isSameAs(two.name());
  }

  @Test
  void aCloseThatTheServerSkipsLeavesTheStatementKnown() {
    PreparedStatement closed = statement("SELECT 1");
    PreparedStatement skipped = statement("SELECT 2");
    ServerConnection connection = server.connection();
    connection.statements().preparing(closed);
    connection.statements().preparing(skipped);
    connection.statements().closing(closed.name());
    connection.expect(ReplyQueue.CLOSE_OURS, ann);
    connection.expect(ReplyQueue.EXECUTE, ann);
    connection.statements().closing(skipped.name());
    connection.expect(ReplyQueue.CLOSE_OURS, ann);
    connection.expect(ReplyQueue.SYNC, ann);
    message('3');
    ErrorMessage.encode(ServerError.error("22012", "division by zero"), stream);
    PgWriter.ready(stream, TransactionState.IDLE);

    server.sends(bytes());

    assertThat(connection.statements().knows(closed)).isFalse();
    assertThat(connection.statements().knows(skipped)).isTrue();
    assertThat(connection.quiet()).isTrue();
  }

  @Test
  void anOwnerThatThrowsEndsWithItsConnectionAndTheOthersHear() {
    server.connection().hold(ann);
    server.connection().expect(ReplyQueue.QUERY, ann);
    server.connection().expect(ReplyQueue.QUERY, bob);
    ann.flaw = new IllegalStateException("flaw");
    PgWriter.commandComplete(stream, "SELECT 0");
    PgWriter.ready(stream, TransactionState.IDLE);

    server.sends(bytes());

    assertThat(ann.events().get(1)).isEqualTo("failed flaw");
    assertThat(bob.events()).containsExactly("lost 08006");
    assertThat(server.connection().closed()).isTrue();
    assertThat(server.connection().ending().side()).isEqualTo(Ending.Side.NODE);
    assertThat(server.closings()).isOne();
  }

  @Test
  void whatWasReadIsReleasedWhenAnOwnerThrowsAmidIt() {
    server.connection().expect(ReplyQueue.QUERY, ann);
    server.connection().expect(ReplyQueue.QUERY, bob);
    ann.flaw = new IllegalStateException("flaw");
    PgWriter.commandComplete(stream, "SELECT 0");
    PgWriter.ready(stream, TransactionState.IDLE);
    row(10);
    ByteBuf read = Unpooled.wrappedBuffer(bytes());

    server.channel().writeInbound(read);

    assertThat(bob.events()).containsExactly("lost 08006");
    assertThat(read.refCnt()).isZero();
  }

  @Test
  void anOwnerThatThrowsAtTheLossKeepsNobodyFromHearing() {
    server.connection().expect(ReplyQueue.QUERY, ann);
    server.connection().expect(ReplyQueue.QUERY, bob);
    ann.flaw = new IllegalStateException("flaw");

    server.channel().close();

    assertThat(ann.events()).containsExactly("lost", "failed flaw");
    assertThat(bob.events()).containsExactly("lost");
    assertThat(server.closings()).isOne();
  }

  @Test
  void theListenerHearsOfTheLastCancelOnly() {
    server.connection().cancels().started();
    server.connection().cancels().started();
    server.connection().cancelEnded();
    assertThat(server.cancelsDone()).isZero();
    assertThat(server.connection().cancels().inProgress()).isTrue();

    server.connection().cancelEnded();

    assertThat(server.cancelsDone()).isEqualTo(1);
  }

  private static PreparedStatement statement(String text) {
    return new StatementRegistry(StatementNames.ofLoop(0), new MemoryBudget(64L << 20, 1))
        .acquireAlone(
            null,
            text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
            PreparedStatement.Origin.NAMED,
            null,
            "",
            0);
  }

  @Test
  void aRefusalRaisedForTheNodeLooksAsIfTheServerHadFoundIt() {
    server.connection().expect(ReplyQueue.QUERY, ann);
    message(
        'E',
        "SERROR\0VERROR\0C0A000\0Mcached plan must not change result type\0Wat RAISE\0Fpl_exec.c\0L3917\0Rexec_stmt_raise\0\0"
            .getBytes(StandardCharsets.US_ASCII));
    PgWriter.ready(stream, TransactionState.IDLE);

    server.sends(bytes());

    assertThat(new String(ann.bytes(), StandardCharsets.ISO_8859_1))
        .contains("C0A000\0Mcached plan must not change result type\0")
        .contains("RRevalidateCachedQuery\0")
        .doesNotContain("RAISE", "pl_exec");
    assertThat(ann.events()).hasSize(1).first().asString().startsWith("complete IDLE 0A000");
  }

  @Test
  void anErrorOfTheServerItselfStaysAsItIs() {
    server.connection().expect(ReplyQueue.QUERY, ann);
    message(
        'E',
        "SERROR\0C0A000\0Mcached plan must not change result type\0L784\0RRevalidateCachedQuery\0\0"
            .getBytes(StandardCharsets.US_ASCII));
    byte[] error = bytes();

    server.sends(error);

    assertThat(ann.bytes()).isEqualTo(error);
  }

  @Test
  void aDescriptionCutAnywhereIsReadWhole() {
    message('t', new byte[] {0, 1, 0, 0, 0, 23});
    message(
        'T',
        "\0\1a\0\0\0\0\0\0\1\0\0\0\27\0\4\377\377\377\377\0\0"
            .getBytes(StandardCharsets.ISO_8859_1));
    PgWriter.ready(stream, TransactionState.IDLE);
    byte[] all = bytes();
    for (byte kind : new byte[] {ReplyQueue.DESCRIBE_OURS, ReplyQueue.DESCRIBE_SEEN}) {
      for (int cut = 1; cut < all.length; cut++) {
        server = new DetachedServer(100);
        ann = new RecordingOwner();
        List<StatementShape> shapes = new ArrayList<>();
        server.connection().statements().describing(shapes::add, null);
        server.connection().expect(kind, ann);
        server.connection().expect(ReplyQueue.SYNC, ann);

        server.sends(all, 0, cut);
        server.sends(all, cut, all.length);

        assertThat(shapes).as("cut at " + cut).hasSize(1);
        assertThat(shapes.get(0).parameterTypes()).containsExactly(23);
        assertThat(ann.bytes()).hasSize(kind == ReplyQueue.DESCRIBE_OURS ? 6 : all.length);
        server.channel().close();
        server.written();
      }
    }
  }

  @Test
  void ownersWhoseGroupsAreMixedAreToldOfTheLossOnce() {
    server.connection().hold(ann);
    for (RecordingOwner owner : List.of(ann, bob, ann, bob)) {
      server.connection().expect(ReplyQueue.QUERY, owner);
    }

    server.channel().close();

    assertThat(ann.events()).containsExactly("lost");
    assertThat(bob.events()).containsExactly("lost");
  }
}
