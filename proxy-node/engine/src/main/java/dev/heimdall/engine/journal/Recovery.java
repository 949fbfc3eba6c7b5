package dev.heimdall.engine.journal;

/** Recovery of a unit whose answer failed to come; {@link #of} is the one table that decides it. */
public enum Recovery {
  /** Nothing: its client is sent the error. */
  FAIL,
  /** It is read again in its order, with the reads behind it. */
  READ_AGAIN,
  /**
   * It is read again in its order, and the part of the answer that its client has is left out, if
   * it is the same again.
   */
  CONTINUE,
  /** It is sent again at once, where its client has had the beginning of the answer. */
  RESUME,
  /** It is sent again at once, over a connection of its own. */
  ALONE,
  /** It is sent again at once, elsewhere. */
  ELSEWHERE,
  /**
   * It is sent again at once, elsewhere, and the part of the answer that its client has is left
   * out, if it is the same again.
   */
  CONTINUE_ELSEWHERE,
  /** It is sent again when a server has said that it is the writer. */
  AT_WRITER,
  /** It is sent again after the pause of its rule. */
  LATER,
  /** The transaction is run again from its beginning. */
  TRANSACTION;

  /**
   * Facts known about a unit at that moment.
   *
   * @param guard for what it is kept
   * @param reads whether it changes nothing, so that it makes no difference whether it ran twice
   * @param delivered what its client has had of the answer
   * @param permitted whether what limits repetitions permits one more: attempts, ages, sizes, a
   *     rule's conditions
   */
  public record Attempt(Guard guard, boolean reads, Delivery delivered, boolean permitted) {}

  /** Returns the recovery of such a unit for this cause. */
  public static Recovery of(Attempt unit, Cause cause) {
    Recovery recovery =
        switch (cause) {
          case CONNECTION_LOST -> ofLoss(unit);
          case NEVER_SENT -> ofUnsent(unit.guard());
          case TERMINATED -> unit.guard() == Guard.WRITE ? ELSEWHERE : ofLoss(unit);
          case ERROR -> unit.guard() == Guard.RETRY_RULE ? LATER : FAIL;
          case STALE_PLAN -> ofStalePlan(unit.guard());
          case READ_ONLY_SERVER -> ofRefusedWrite(unit.guard());
          case REPLICA_ERROR -> ofReplicaError(unit.guard());
          case LEFT_BEHIND -> unit.guard() == Guard.SHARED && unit.reads() ? ALONE : FAIL;
        };
    return unit.permitted() ? afterDelivery(recovery, unit) : FAIL;
  }

  /**
   * A new answer takes the place of the one that was begun, as a whole: its client is sent what
   * follows the part that it has, or else an error.
   */
  private static Recovery afterDelivery(Recovery recovery, Attempt unit) {
    return switch (unit.delivered()) {
      case NOTHING -> recovery;
      case KNOWN ->
          switch (recovery) {
            case READ_AGAIN -> CONTINUE;
            case ELSEWHERE -> unit.guard() == Guard.REPLICA_READ ? CONTINUE_ELSEWHERE : FAIL;
            case TRANSACTION -> TRANSACTION;
            // What is short enough for a shared pipeline waits as a whole before it is delivered.
            default -> FAIL;
          };
      case UNKNOWN -> FAIL;
    };
  }

  /**
   * Returns the recovery after a loss: it is unknown if the lost server has carried out the unit.
   */
  private static Recovery ofLoss(Attempt unit) {
    return switch (unit.guard()) {
      case READ -> unit.reads() ? READ_AGAIN : FAIL;
      case REPLICA_READ -> unit.reads() ? ELSEWHERE : FAIL;
      case SHARED -> unit.reads() ? ALONE : FAIL;
      case RETRY_RULE -> LATER; // its rule may permit that it runs twice
      case TRANSACTION -> TRANSACTION; // without its end nothing of it was committed
      case NONE, UNSENT, WRITE, OTHER_WRITE, REMEMBERED -> FAIL;
    };
  }

  /** No server has carried it out. */
  private static Recovery ofUnsent(Guard guard) {
    return switch (guard) {
      case READ, UNSENT -> READ_AGAIN;
      case REPLICA_READ, WRITE, OTHER_WRITE -> ELSEWHERE;
      case SHARED -> ALONE;
      case RETRY_RULE -> LATER;
      case TRANSACTION -> TRANSACTION;
      case NONE, REMEMBERED -> FAIL;
    };
  }

  private static Recovery ofRefusedWrite(Guard guard) {
    return switch (guard) {
      case WRITE, OTHER_WRITE, REPLICA_READ -> AT_WRITER;
      default -> FAIL;
    };
  }

  /** The server has carried nothing out of a statement whose plan it refuses. */
  private static Recovery ofStalePlan(Guard guard) {
    return switch (guard) {
      case REMEMBERED -> RESUME;
      case SHARED -> ALONE;
      default -> FAIL;
    };
  }

  private static Recovery ofReplicaError(Guard guard) {
    return switch (guard) {
      case REPLICA_READ -> ELSEWHERE;
      case SHARED -> ALONE;
      default -> FAIL;
    };
  }
}
