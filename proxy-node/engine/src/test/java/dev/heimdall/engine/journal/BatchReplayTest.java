package dev.heimdall.engine.journal;

import static dev.heimdall.engine.journal.NamedErrors.CONFLICT;
import static dev.heimdall.engine.journal.NamedErrors.OWN;
import static dev.heimdall.engine.journal.NamedErrors.READ_ONLY;
import static dev.heimdall.engine.journal.NamedErrors.STALE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is made of errors and losses of a unit that stands alone. */
class BatchReplayTest {
  private static final ServerError LOST = ServerError.error("08006", "lost");

  private final ScriptedClient client = new ScriptedClient();
  private Journal journal = Journals.unchecked();
  private BatchReplay replay = replay();
  private final ByteBuf input = Unpooled.copiedBuffer("unit", US_ASCII);

  private BatchReplay replay() {
    return new BatchReplay(client, client, client, client, new NamedErrors(), journal);
  }

  @AfterEach
  void nothingIsHeldAtTheEnd() {
    replay.forget();
    assertThat(input.refCnt()).isEqualTo(1);
    input.release();
  }

  private void write(boolean undone) {
    replay.keepForFailover(input, undone);
    sent();
  }

  private void replicaRead() {
    client.away = true;
    replay.keepForReplica(input);
    sent();
  }

  private void sent() {
    client.sent++;
    replay.sent();
  }

  private boolean survives(Cause cause) {
    return replay.survivesLoss(LOST, cause, false, true, client);
  }

  @Test
  void aWriteIsSentAgainOnceItsServerHasRolledItBack() {
    write(true);
    assertThat(survives(Cause.CONNECTION_LOST)).isFalse();
    assertThat(survives(Cause.TERMINATED)).isTrue();
    assertThat(replay.recovery()).isEqualTo(Recovery.ELSEWHERE);
    client.sent = 7;

    replay.tryAgain();

    assertThat(client.readAgain).containsExactly("unit");
  }

  @Test
  void aWriteThatHasBegunToBeAnsweredIsNotSentAgain() {
    write(true);
    client.begun = true;

    assertThat(survives(Cause.TERMINATED)).isFalse();
    assertThat(replay.absorbs(READ_ONLY, client, true)).isFalse();
  }

  @Test
  void aWriteThatARollbackDoesNotUndoIsSentAgainWhereNoneIsAcceptedOnly() {
    write(false);
    assertThat(survives(Cause.TERMINATED)).isFalse();
    assertThat(replay.absorbs(CONFLICT, client, true)).isFalse();

    assertThat(replay.absorbs(READ_ONLY, client, true)).isTrue();

    assertThat(replay.recovery()).isEqualTo(Recovery.AT_WRITER);
  }

  @Test
  void aWriteIsNotSentAgainWhereTheServerStaysReadOnly() {
    write(false);

    assertThat(replay.absorbs(READ_ONLY, client, false)).isFalse();

    assertThat(replay.recovery()).isEqualTo(Recovery.FAIL);
  }

  @Test
  void aReadIsSentElsewhereForAnErrorOfItsReplica() {
    replicaRead();

    assertThat(replay.absorbs(CONFLICT, client, true)).isTrue();

    assertThat(replay.recovery()).isEqualTo(Recovery.ELSEWHERE);
  }

  @Test
  void aReadGetsAnErrorOfItsOwn() {
    replicaRead();

    assertThat(replay.absorbs(OWN, client, true)).isFalse();
  }

  @Test
  void aReadWhoseClientHasHadAPartIsNotSentElsewhere() {
    replicaRead();
    ByteBuf piece = Unpooled.copiedBuffer("rows", US_ASCII);
    assertThat(journal.reply().takes(piece, false, true)).isFalse();
    piece.release();

    assertThat(survives(Cause.CONNECTION_LOST)).isFalse();
    assertThat(replay.absorbs(CONFLICT, client, true)).isFalse();
  }

  /** A read at a replica whose client has had a row and the beginning of another. */
  private DeliveredPart partOfARead() {
    journal = Journals.checkedBy(new ReplyChecksum(new LetteredReplies()));
    replay = replay();
    replicaRead();
    deliver("D\0\0\0\7rowD\0\0\0\7r");
    return journal.reply().part();
  }

  private void deliver(String bytes) {
    ByteBuf piece = Unpooled.copiedBuffer(bytes, US_ASCII);
    assertThat(journal.reply().takes(piece, false, true)).isFalse();
    piece.release();
  }

  @Test
  void aReadOfWhichItsClientHasHadAKnownPartIsContinuedElsewhere() {
    DeliveredPart part = partOfARead();

    assertThat(survives(Cause.CONNECTION_LOST)).isTrue();

    assertThat(replay.recovery()).isEqualTo(Recovery.CONTINUE_ELSEWHERE);
    assertThat(part.isLeftOut()).isTrue();
    assertThat(part.cut()).as("amid a message").isTrue();
    assertThat(part.failure()).isEqualTo(LOST);
    client.sent = 7;
    replay.tryAgain();
    assertThat(client.readAgain).containsExactly("unit");
  }

  @Test
  void whatComesBeforeAnErrorThatIsAbsorbedIsNoPartOfTheNewAnswer() {
    DeliveredPart part = partOfARead();

    assertThat(replay.absorbs(CONFLICT, client, true)).isTrue();
    assertThat(part.isLeftOut()).as("its rest may come, for nobody").isFalse();
    replay.groupAbsorbed();

    assertThat(part.isLeftOut()).isTrue();
    assertThat(part.cut()).isTrue();
    assertThat(part.failure()).isEqualTo(CONFLICT);
  }

  @Test
  void aWriteIsNotContinuedWhateverIsKnownOfItsAnswer() {
    journal = Journals.checkedBy(new ReplyChecksum(new LetteredReplies()));
    replay = replay();
    write(true);
    client.begun = true;
    deliver("D\0\0\0\7row");

    assertThat(survives(Cause.TERMINATED)).isFalse();
  }

  @Test
  void aBatchWhosePlanIsStaleIsResumedUnlessItsClientWasToldOfIt() {
    replay.keepForFailover(input, true);
    replay.keep(input);
    sent();
    client.told = true;
    assertThat(replay.absorbs(STALE, client, true)).isFalse();
    client.told = false;

    assertThat(replay.absorbs(STALE, client, true)).isTrue();

    assertThat(replay.recovery()).isEqualTo(Recovery.RESUME);
    replay.sendAgain();
    assertThat(replay.repeats()).as("its Parse was answered").isTrue();
  }

  @Test
  void theErrorOfAnotherUnitIsNotItsOwn() {
    write(true);
    client.done++;
    sent();

    assertThat(replay.absorbs(READ_ONLY, client, true)).isFalse();
    assertThat(survives(Cause.TERMINATED)).isFalse();
  }

  @Test
  void whatIsAnsweredIsNotKept() {
    write(true);
    client.done++;

    replay.answered(7);

    assertThat(input.refCnt()).isEqualTo(1);
    assertThat(replay.guards()).isFalse();
  }

  @Test
  void anEarlierAnswerLeavesIt() {
    client.sent = 8;
    replicaRead();

    replay.answered(7);

    assertThat(replay.guards()).isTrue();
  }
}
