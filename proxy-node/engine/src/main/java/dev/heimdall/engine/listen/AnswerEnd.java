package dev.heimdall.engine.listen;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

/**
 * Whether the end of an answer is held back for what its client has notified itself of; {@link
 * Listening} alone moves it.
 */
enum AnswerEnd {
  /** None is. */
  FREE,
  /** One is, until the hub has delivered all that was committed when it was asked. */
  AWAITED,
  /** The same, and the hub must be asked again: more was committed since. */
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
