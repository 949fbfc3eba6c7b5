package dev.heimdall.engine.session.statement;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

/** Progress of the statement at the reader's position; {@link NextStatement} moves it. */
enum LifecycleStage {
  /** It has not been judged, or there is none. */
  NONE,
  /** The pipeline has said what it is; rules keep it back. */
  HELD,
  /** It may be sent. */
  GO;

  private static final Map<LifecycleStage, EnumSet<LifecycleStage>> MOVES =
      new EnumMap<>(
          Map.of(
              NONE, EnumSet.of(HELD, GO),
              HELD, EnumSet.of(HELD, GO, NONE),
              GO, EnumSet.of(NONE)));

  boolean mayBecome(LifecycleStage next) {
    return MOVES.get(this).contains(next);
  }
}
