package dev.heimdall.engine.listen;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

/**
 * State of holding back the end of an answer for notifications that its client has sent to itself;
 * {@link Listening} alone changes it.
 */
enum AnswerEnd {
  /** None is. */
  FREE,
  /** One is, until the hub has delivered all that was committed when it was asked. */
  AWAITED,
  /** One is held back, and the hub must be queried again: more was committed since. */
  AWAITED_AGAIN,
  /** The hub has delivered all; the outcome of a LISTEN is awaited. */
  HEARD;

  private static final Map<AnswerEnd, EnumSet<AnswerEnd>> MOVES =
      new EnumMap<>(
          Map.of(
              FREE, EnumSet.of(AWAITED),
              AWAITED, EnumSet.of(AWAITED_AGAIN, HEARD, FREE),
              AWAITED_AGAIN, EnumSet.of(AWAITED_AGAIN, AWAITED),
              HEARD, EnumSet.of(FREE)));

  boolean mayBecome(AnswerEnd next) {
    return MOVES.get(this).contains(next);
  }
}
