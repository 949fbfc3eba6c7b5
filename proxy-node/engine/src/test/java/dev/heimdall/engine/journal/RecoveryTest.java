package dev.heimdall.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.journal.Recovery.Attempt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RecoveryTest {
  /** The whole table; a row for each guard: by loss of reads and of others, then by each error. */
  @ParameterizedTest
  @CsvSource({
    // guard,      lost read,   lost other,  terminated,  error, stale plan, read-only, replica
    // error,      never sent
    "NONE,         FAIL,        FAIL,        FAIL,        FAIL,  FAIL,       FAIL,      FAIL, FAIL",
    "READ,         READ_AGAIN,  FAIL,        FAIL,        FAIL,  FAIL,       FAIL,      FAIL, READ_AGAIN",
    "UNSENT,       FAIL,        FAIL,        FAIL,        FAIL,  FAIL,       FAIL,      FAIL, READ_AGAIN",
    "REPLICA_READ, ELSEWHERE,   FAIL,        FAIL,        FAIL,  FAIL,       AT_WRITER, ELSEWHERE, ELSEWHERE",
    "WRITE,        FAIL,        FAIL,        ELSEWHERE,   FAIL,  FAIL,       AT_WRITER, FAIL, ELSEWHERE",
    "OTHER_WRITE,  FAIL,        FAIL,        FAIL,        FAIL,  FAIL,       AT_WRITER, FAIL, ELSEWHERE",
    "RETRY_RULE,   LATER,       LATER,       LATER,       LATER, FAIL,       FAIL,      FAIL, LATER",
    "REMEMBERED,   FAIL,        FAIL,        FAIL,        FAIL,  RESUME,     FAIL,      FAIL, FAIL",
    "SHARED,       ALONE,       FAIL,        FAIL,        FAIL,  ALONE,      FAIL,      ALONE, ALONE",
    "TRANSACTION,  TRANSACTION, TRANSACTION, TRANSACTION, FAIL,  FAIL,       FAIL,      FAIL, TRANSACTION"
  })
  void whatBecomesOfAUnit(
      Guard guard,
      Recovery lostRead,
      Recovery lostOther,
      Recovery terminated,
      Recovery error,
      Recovery stalePlan,
      Recovery readOnly,
      Recovery replicaError,
      Recovery neverSent) {
    assertThat(of(guard, true, Cause.CONNECTION_LOST)).isEqualTo(lostRead);
    assertThat(of(guard, false, Cause.CONNECTION_LOST)).isEqualTo(lostOther);
    assertThat(of(guard, false, Cause.TERMINATED)).isEqualTo(terminated);
    assertThat(of(guard, true, Cause.TERMINATED))
        .isEqualTo(guard == Guard.WRITE ? terminated : lostRead);
    for (boolean reads : new boolean[] {true, false}) {
      assertThat(of(guard, reads, Cause.NEVER_SENT)).isEqualTo(neverSent);
      assertThat(of(guard, reads, Cause.ERROR)).isEqualTo(error);
      assertThat(of(guard, reads, Cause.STALE_PLAN)).isEqualTo(stalePlan);
      assertThat(of(guard, reads, Cause.READ_ONLY_SERVER)).isEqualTo(readOnly);
      assertThat(of(guard, reads, Cause.REPLICA_ERROR)).isEqualTo(replicaError);
    }
  }

  private static Recovery of(Guard guard, boolean reads, Cause cause) {
    return Recovery.of(new Attempt(guard, reads, Delivery.NOTHING, true), cause);
  }

  @ParameterizedTest
  @EnumSource(Cause.class)
  void onlyReadsAndTransactionsGoOnBehindWhatIsKnownToBeDelivered(Cause cause) {
    for (Guard guard : Guard.values()) {
      for (boolean reads : new boolean[] {true, false}) {
        Recovery expected =
            switch (of(guard, reads, cause)) {
              case READ_AGAIN -> Recovery.CONTINUE;
              case ELSEWHERE ->
                  guard == Guard.REPLICA_READ ? Recovery.CONTINUE_ELSEWHERE : Recovery.FAIL;
              case TRANSACTION -> Recovery.TRANSACTION;
              default -> Recovery.FAIL;
            };
        assertThat(Recovery.of(new Attempt(guard, reads, Delivery.KNOWN, true), cause))
            .as("%s, %s", guard, reads)
            .isEqualTo(expected);
        assertThat(Recovery.of(new Attempt(guard, reads, Delivery.KNOWN, false), cause))
            .as("%s, %s, not permitted", guard, reads)
            .isEqualTo(Recovery.FAIL);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Cause.class)
  void whatWasDeliveredInPartOrTriedTooOftenFails(Cause cause) {
    for (Guard guard : Guard.values()) {
      assertThat(Recovery.of(new Attempt(guard, true, Delivery.UNKNOWN, true), cause))
          .as("%s, delivered", guard)
          .isEqualTo(Recovery.FAIL);
      assertThat(Recovery.of(new Attempt(guard, true, Delivery.NOTHING, false), cause))
          .as("%s, not permitted", guard)
          .isEqualTo(Recovery.FAIL);
    }
  }

  @Test
  void aWriteIsNeverSentAgainWhenNobodyKnowsWhatBecameOfIt() {
    assertThat(of(Guard.WRITE, false, Cause.CONNECTION_LOST)).isEqualTo(Recovery.FAIL);
    assertThat(of(Guard.SHARED, false, Cause.CONNECTION_LOST)).isEqualTo(Recovery.FAIL);
  }
}
