package dev.heimdall.engine.wire.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.EditedText;
import dev.heimdall.engine.wire.ReplyGroups;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Conversations in shorthand. What was sent, one letter an entry:
 *
 * <pre>
 *   P parse   p parse of ours   k parse known   B bind   D describe   E execute
 *   d describe of ours   v describe that is looked at
 *   C close   c close of ours   x close known   t command known   S sync   Q query   F function
 * </pre>
 *
 * What the server says is spelled in its own message types. What the queue makes of it: f forward,
 * s swallow, r ready, ! out of sync; k, x and t are answers of our own in their place.
 */
class ReplyQueueTest {
  private static final Map<Character, Byte> KINDS =
      Map.ofEntries(
          Map.entry('P', ReplyQueue.PARSE),
          Map.entry('p', ReplyQueue.PARSE_OURS),
          Map.entry('k', ReplyQueue.PARSE_KNOWN),
          Map.entry('B', ReplyQueue.BIND),
          Map.entry('b', ReplyQueue.BIND_OURS),
          Map.entry('e', ReplyQueue.EXECUTE_OURS),
          Map.entry('D', ReplyQueue.DESCRIBE),
          Map.entry('d', ReplyQueue.DESCRIBE_OURS),
          Map.entry('v', ReplyQueue.DESCRIBE_SEEN),
          Map.entry('E', ReplyQueue.EXECUTE),
          Map.entry('C', ReplyQueue.CLOSE),
          Map.entry('c', ReplyQueue.CLOSE_OURS),
          Map.entry('x', ReplyQueue.CLOSE_KNOWN),
          Map.entry('t', ReplyQueue.COMMAND_KNOWN),
          Map.entry('S', ReplyQueue.SYNC),
          Map.entry('Q', ReplyQueue.QUERY),
          Map.entry('q', ReplyQueue.QUERY_OURS),
          Map.entry('F', ReplyQueue.FUNCTION));

  private final ReplyGroups<String> groups = new ReplyGroups<>();
  private final ReplyQueue<String> queue = new ReplyQueue<>(groups);

  private void send(String entries, String owner) {
    for (char entry : entries.toCharArray()) {
      queue.expect(KINDS.get(entry), owner);
    }
  }

  private String receive(String types) {
    StringBuilder seen = new StringBuilder();
    for (char type : types.toCharArray()) {
      for (byte known = queue.takeKnown(); known != ReplyQueue.NONE; known = queue.takeKnown()) {
        seen.append(
            known == ReplyQueue.PARSE_KNOWN ? 'k' : known == ReplyQueue.CLOSE_KNOWN ? 'x' : 't');
      }
      int verdict = queue.on((byte) type);
      seen.append(
          verdict == ReplyQueue.FORWARD
              ? 'f'
              : verdict == ReplyQueue.SWALLOW ? 's' : verdict == ReplyQueue.READY ? 'r' : '!');
      if (verdict == ReplyQueue.READY) {
        queue.completeGroup();
      }
    }
    return seen.toString();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    // simple protocol
    "a query with rows,                          Q,         TDDCZ,      ffffr",
    "a query without rows,                       Q,         CZ,         fr",
    "an empty query,                             Q,         IZ,         fr",
    "several statements in one query,            Q,         TDCCTDCZ,   fffffffr",
    "a query that fails,                         Q,         EZ,         fr",
    "a query that fails after rows,              Q,         TDEZ,       fffr",
    "a query with notices and parameters,        Q,         NSCANZ,     fffffr",
    "queries in a pipeline,                      QQQ,       CZEZCZ,     frfrfr",
    "a function call,                            F,         VZ,         fr",
    "a function call that fails,                 F,         EZ,         fr",
    // extended protocol
    "parse bind describe execute,                PBDES,     12TDDCZ,    ffffffr",
    "a statement without rows,                   PBDES,     12nCZ,      ffffr",
    "describe of a statement,                    PDS,       1tTZ,       fffr",
    "describe of a statement without rows,       PDS,       1tnZ,       fffr",
    "an empty statement,                         PBES,      12IZ,       fffr",
    "a portal read in pieces,                    BES,       2DDsZ,      ffffr",
    "executes of one portal,                     BEES,      2DsDCZ,     fffffr",
    "close,                                      CS,        3Z,         fr",
    "a lonely sync,                              S,         Z,          r",
    "batches in a pipeline,                      PBESBESS,  12CZ2CZZ,   fffrffrr",
    "two statements before one sync,             PBEPBES,   12C12CZ,    ffffffr",
    // errors skip to sync
    "parse fails,                                PBDES,     EZ,         fr",
    "bind fails,                                 PBDES,     1EZ,        ffr",
    "execute fails,                              PBES,      12EZ,       fffr",
    "execute fails after rows,                   BES,       2DDEZ,      ffffr",
    "only the failed batch is skipped,           PBESPBES,  EZ12CZ,     frfffr",
    "an error for a sync (a failed commit),      BES,       2CEZ,       fffr",
    "answers of ours that an error made void,    PkxBES,    EZ,         fr",
    "an answer of ours before the error,         kPBES,     EZ,         kfr",
    "a query in a failed batch is skipped too,   BQS,       EZ,         fr",
    "and so is a function call,                  PBFBES,    1EZ,        ffr",
    // entries of ours
    "a parse of ours is swallowed,               pBES,      12CZ,       sffr",
    "a close of ours before a parse,             cPBES,     312CZ,      sfffr",
    "a parse of ours that fails is the client's, pBES,      EZ,         fr",
    "a statement of ours amid a batch,           PcpbecBES, 1312C32CZ,  fsssssffr",
    "a statement of ours with a result,          PeS,       1DDCZ,      fsssr",
    "known parse,                                kBES,      2CZ,        kffr",
    "known parse and close together,             kxS,       Z,          kxr",
    "known in the middle,                        BExS,      2CZ,        ffxr",
    "known statement,                            tS,        Z,          tr",
    "known statement between queries,            QtSQ,      CZZCZ,      frtrfr",
    "known statement whose place a query has,    QtqQ,      CZIZCZ,     frtsrfr",
    "the same behind an error in a batch,        BtqS,      EZ,         fr",
    "the same behind an error and a sync,        BStq,      EZIZ,       frtsr",
    // copy
    "copy out,                                   Q,         HddcCZ,     fffffr",
    "copy in,                                    Q,         GCZ,        ffr",
    "copy in that fails,                         Q,         GEZ,        ffr",
    "copy in by execute then sync,               BE,        2G,         ff",
    "copy both,                                  Q,         WdcCZ,      ffffr",
  })
  void flow(String name, String sent, String received, String expected) {
    send(sent, "client");

    assertThat(receive(received)).as(name).isEqualTo(expected);
  }

  @Test
  void statementsOfOursInAClientsTextAreSwallowed() {
    EditedText text = new EditedText();
    text.own(1);
    text.own(3);
    queue.expectEdited(text, "client");
    send("Q", "client");

    assertThat(receive("CCTDCTDCZTDCZ")).isEqualTo("fsfffsssrfffr");
  }

  @Test
  void anErrorEndsAnEditedText() {
    EditedText text = new EditedText();
    text.own(0);
    queue.expectEdited(text, "client");
    queue.expectEdited(new EditedText(), "client");

    assertThat(receive("CEZCZ")).isEqualTo("sfrfr");
    assertThat(queue.edited()).isNull();
  }

  @ParameterizedTest(name = "{0} then {1}")
  @CsvSource({
    "'', D", "'', C", "'', Z", "'', 1", "'', T", "'', G", "'', V", "Q, 1", "Q, 2", "Q, 3", "Q, s",
    "Q, n", "Q, t", "Q, V", "Q, R", "Q, K", "Q, v", "Q, ?", "P, 2", "P, D", "P, C", "P, Z", "P, 3",
    "P, T", "P, n", "B, 1", "B, D", "B, C", "B, T", "E, 1", "E, T", "E, Z", "E, n", "E, 2", "D, 1",
    "D, D", "D, C", "C, 1", "C, 2", "c, 1", "p, 3", "b, 1", "b, C", "e, 2", "S, D", "S, C", "S, 1",
    "S, T", "S, H", "S, d", "F, D", "F, C", "F, T",
  })
  void whatNothingCausedIsOutOfSync(String sent, char received) {
    send(sent, "client");

    assertThat(queue.on((byte) received)).isEqualTo(ReplyQueue.OUT_OF_SYNC);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"N", "S", "A"})
  void asynchronousMessagesPassWithNothingOwed(char type) {
    assertThat(queue.on((byte) type)).isEqualTo(ReplyQueue.FORWARD);
    assertThat(groups.isEmpty()).isTrue();
  }

  @Test
  void anErrorWithNothingOwedPassesAndOwesNothing() {
    assertThat(queue.on(BackendType.ERROR)).isEqualTo(ReplyQueue.FORWARD);
    assertThat(queue.failed()).isFalse();
    assertThat(groups.first()).isNull();
  }

  @Test
  void anErrorCountsTheParsesThatItMadeVoid() {
    send("PpBEPkES", "client");
    queue.on(BackendType.PARSE_COMPLETE);

    queue.on(BackendType.ERROR);

    assertThat(queue.droppedNames()).isEqualTo(3);
    assertThat(queue.failed()).isTrue();
    assertThat(queue.first()).isEqualTo(ReplyQueue.SYNC);
  }

  @Test
  void theCountOfVoidParsesIsOfTheLastErrorOnly() {
    send("PSBS", "client");
    receive("EZ");
    queue.on(BackendType.ERROR);

    assertThat(queue.droppedNames()).isZero();
  }

  @Test
  void anErrorBeforeTheSyncIsSentDropsWhatIsThereAndLeavesTheGroupOpen() {
    send("PBE", "client");

    assertThat(queue.on(BackendType.ERROR)).isEqualTo(ReplyQueue.FORWARD);

    assertThat(groups.open()).isTrue();
    assertThat(groups.isEmpty()).isFalse();
    send("S", "client");
    assertThat(receive("Z")).isEqualTo("r");
    assertThat(groups.isEmpty()).isTrue();
  }

  @Test
  void whatIsSentAfterAnErrorAndBeforeTheSyncIsVoidToo() {
    send("PBE", "client");
    queue.on(BackendType.ERROR);
    send("PkBxES", "client");

    assertThat(receive("Z")).isEqualTo("r");

    assertThat(queue.droppedNames()).isEqualTo(3);
    assertThat(groups.isEmpty()).isTrue();
  }

  @Test
  void statementsBehindTheOneThatFailedAreCounted() {
    send("PBEPBEPBES", "client");
    receive("12C");
    queue.on(BackendType.ERROR); // its Parse
    assertThat(queue.skippedStatements()).isEqualTo(1);
    receive("Z");

    send("BEBEBES", "client");
    receive("2");
    queue.on(BackendType.ERROR); // its Execute
    assertThat(queue.skippedStatements()).isEqualTo(2);
    receive("Z");

    send("BEQBES", "client");
    queue.on(BackendType.ERROR); // its Bind
    assertThat(queue.skippedStatements()).isEqualTo(2);
    receive("Z");

    send("Q", "client");
    queue.on(BackendType.ERROR);
    assertThat(queue.skippedStatements()).isZero();
  }

  @Test
  void aQuerySkippedByAFailedBatchLeavesItOpen() {
    send("BQ", "client");

    queue.on(BackendType.ERROR);

    assertThat(queue.skippedQueries()).isEqualTo(1);
    assertThat(groups.open()).isTrue();
    assertThat(queue.skipping()).isTrue();
    send("QF", "client"); // sent after the error: skipped as well
    assertThat(groups.size()).isEqualTo(1);
    send("S", "client");
    assertThat(receive("Z")).isEqualTo("r");
    assertThat(groups.isEmpty()).isTrue();
  }

  @Test
  void aQueryAfterTheSyncOfAFailedBatchIsAnswered() {
    send("BS", "client");
    queue.on(BackendType.ERROR);
    send("Q", "client");

    assertThat(receive("ZCZ")).isEqualTo("rfr");
  }

  @Test
  void repliesOfAPipelineBelongToTheirOwnersInOrder() {
    send("Q", "ann");
    send("PBES", "bob");
    send("S", "cem");
    List<String> owners = new ArrayList<>();
    for (char type : "CZ12CZZ".toCharArray()) {
      owners.add(groups.first());
      receive(String.valueOf(type));
    }

    assertThat(owners).containsExactly("ann", "ann", "bob", "bob", "bob", "bob", "cem");
    assertThat(groups.first()).isNull();
    assertThat(groups.isEmpty()).isTrue();
  }

  @Test
  void anErrorOfOneOwnerLeavesTheNextAlone() {
    send("PBES", "ann");
    send("PBES", "bob");

    assertThat(receive("EZ")).isEqualTo("fr");
    assertThat(groups.first()).isEqualTo("bob");
    assertThat(queue.failed()).isFalse();
    assertThat(receive("12CZ")).isEqualTo("fffr");
  }

  @Test
  void copyInByExecuteVoidsTheSyncThatWasSentWithIt() {
    send("BES", "client");

    assertThat(receive("2G")).isEqualTo("ff");

    assertThat(groups.open()).isTrue();
    send("S", "client"); // after CopyDone
    assertThat(receive("CZ")).isEqualTo("fr");
    assertThat(groups.isEmpty()).isTrue();
  }

  @Test
  void copyInVoidsEverySyncThatWasSentWithIt() {
    send("BESSS", "client");

    receive("2G");

    assertThat(groups.size()).isEqualTo(1);
    send("S", "client");
    assertThat(receive("CZ")).isEqualTo("fr");
    assertThat(groups.isEmpty()).isTrue();
  }

  @Test
  void copyInByQueryVoidsTheSyncsThatWereSentWithIt() {
    send("QSS", "client");

    receive("G");

    assertThat(groups.size()).isEqualTo(1);
    assertThat(groups.open()).isFalse();
    assertThat(receive("CZ")).isEqualTo("fr");
    assertThat(groups.isEmpty()).isTrue();
  }

  @Test
  void whatFollowsAVoidSyncJoinsTheBatchOfTheCopy() {
    send("BESBES", "client");

    receive("2G");

    // The server meets the Bind while it reads copy data: one error, one Sync.
    assertThat(receive("EZ")).isEqualTo("fr");
    assertThat(groups.isEmpty()).isTrue();
  }

  @Test
  void aSyncBehindTheEndOfACopyThatWasSentAheadCounts() {
    send("PBES", "client");
    queue.copyEndSent();
    send("S", "client");

    assertThat(receive("12G")).isEqualTo("fff");
    assertThat(queue.ignoredSyncs()).isEqualTo(1);
    assertThat(queue.copyEnded()).isTrue();
    assertThat(receive("CZ")).isEqualTo("fr");
    assertThat(groups.isEmpty()).isTrue();
  }

  @Test
  void theEndOfACopyThatNeverBeganIsForgotten() {
    send("Q", "client");
    queue.copyEndSent();
    send("QS", "client");

    assertThat(receive("EZG")).isEqualTo("frf");
    assertThat(queue.copyEnded()).isFalse();
    assertThat(queue.ignoredSyncs()).isEqualTo(1);
  }

  @Test
  void anUnfinishedBatchAfterAVoidSyncStaysOpen() {
    send("BESB", "client");

    receive("2G");

    assertThat(groups.open()).isTrue();
    assertThat(groups.size()).isEqualTo(1);
    send("S", "client");
    assertThat(receive("EZ")).isEqualTo("fr");
    assertThat(groups.isEmpty()).isTrue();
  }

  @Test
  void ringsGrowInTheMiddleOfATraffic() {
    // An offset puts head and tail on both sides of the array's end before it grows.
    for (int offset = 0; offset < 40; offset++) {
      ReplyQueueTest fresh = new ReplyQueueTest();
      for (int i = 0; i < offset; i++) {
        fresh.send("BES", "before");
        fresh.receive("2CZ");
      }
      for (int i = 0; i < 50; i++) {
        fresh.send("BES", "client " + i);
      }
      for (int i = 0; i < 50; i++) {
        assertThat(fresh.groups.first()).isEqualTo("client " + i);
        assertThat(fresh.receive("2CZ")).isEqualTo("ffr");
      }
      assertThat(fresh.groups.isEmpty()).isTrue();
    }
  }

  @Test
  void abandonNamesEveryoneWhoWaitsAndEmptiesTheQueue() {
    send("Q", "ann");
    send("BES", "bob");
    send("B", "cem");

    assertThat(groups.takeAll()).containsExactly("ann", "bob", "cem");
    queue.abandon();

    assertThat(groups.isEmpty()).isTrue();
    assertThat(groups.open()).isFalse();
    assertThat(groups.first()).isNull();
    send("Q", "dot");
    assertThat(groups.first()).isEqualTo("dot");
    assertThat(receive("CZ")).isEqualTo("fr");
  }

  @Test
  void aDescribeOfOursIsSwallowedAndOneOfTheClientsForwarded() {
    send("pdBES", "a");
    send("PvS", "b");

    assertThat(receive("1tT2DCZ")).isEqualTo("sssfffr");
    queue.completeGroup();
    assertThat(receive("1tnZ")).isEqualTo("fffr");
  }

  @Test
  void descriptionsAreToldOnlyWhereTheyAreLookedAt() {
    send("DvS", "a");

    receive("t");
    assertThat(queue.takeDescribed()).isFalse();
    receive("T");
    assertThat(queue.takeDescribed()).isFalse();
    receive("t");
    assertThat(queue.takeDescribed()).isTrue();
    receive("T");
    assertThat(queue.takeDescribed()).isTrue();
    assertThat(queue.takeDescribed()).as("once").isFalse();
  }

  @Test
  void skippedClosesOfOursCountAmongTheNames() {
    send("cBcPES", "a");

    receive("3E");

    assertThat(queue.droppedNames()).isEqualTo(2);
  }

  @Test
  void skippedDescribesThatAreLookedAtCountAmongTheNames() {
    send("pdBvDS", "a");

    receive("1E");

    assertThat(queue.droppedNames()).isEqualTo(2);
  }

  @Test
  void groupsOfOthersDoNotMakeAnOwnerWait() {
    send("BES", "a");
    send("Q", "b");
    assertThat(groups.firstHasNoOther()).isTrue();

    send("Q", "a");
    assertThat(groups.firstHasNoOther()).isFalse();
  }

  @Test
  void messagesUpToASyncShareTheNumberOfTheirGroup() {
    long first = groups.now();
    send("PB", "a");
    assertThat(groups.now()).isEqualTo(first);
    send("ES", "a");
    assertThat(groups.now()).isEqualTo(first + 1);
  }

  @Test
  void aGroupIsUnansweredFromItsSyncToItsReady() {
    long group = groups.now();
    send("P", "a");
    assertThat(groups.unanswered(group)).as("its own messages may still follow").isFalse();
    send("S", "a");
    assertThat(groups.unanswered(group)).isTrue();

    receive("1Z");
    queue.completeGroup();
    assertThat(groups.unanswered(group)).isFalse();
  }
}
