package dev.heimdall.engine.backend;

import dev.heimdall.engine.wire.ServerError;

/**
 * State that sessions leave on a server connection and that the next one must not find, and how it
 * is removed: DISCARD ALL, a new seed, or the connection's end.
 */
public final class Residue {
  private Taint taint = Taint.NEVER;
  private boolean seedInDoubt;

  /** Number of groups that had been answered when the connection was last as good as new. */
  private long groupsBeforeClean;

  private boolean foreignSequences;

  /**
   * Reason and side for closing it when its holder leaves it; null where other sessions may have
   * it.
   */
  private Ending afterUse;

  /** Records if state is left behind that only DISCARD ALL removes. */
  private enum Taint {
    NEVER,
    TAINTED,
    /** It was, and has been removed since. */
    REMOVED
  }

  /** Marks that state stays behind on the connection that only DISCARD ALL removes. */
  public void taint() {
    taint = Taint.TAINTED;
    seedInDoubt = true; // which a DISCARD ALL of the session's own leaves as it is
  }

  public boolean tainted() {
    return taint == Taint.TAINTED;
  }

  /** True if it ever was, however clean it is now. */
  public boolean wasTainted() {
    return taint != Taint.NEVER;
  }

  /** True if a session may have what is there without anything being run first. */
  public boolean none() {
    return taint != Taint.TAINTED && !seedInDoubt;
  }

  /** A session may have set what random() gives from here on. */
  public void seedInDoubt() {
    seedInDoubt = true;
  }

  /** True if the next session could foresee random numbers unless a new seed is set. */
  public boolean isSeedInDoubt() {
    return seedInDoubt;
  }

  /** A new seed was set that is secret. */
  public void seeded() {
    seedInDoubt = false;
  }

  /** A session has the connection, or none. */
  void held(long groupsAnswered) {
    foreignSequences = groupsAnswered != groupsBeforeClean;
  }

  /**
   * DISCARD ALL ran.
   *
   * @param held whether a session's own
   */
  void cleaned(boolean held, long groupsAnswered) {
    taint = taint == Taint.TAINTED ? Taint.REMOVED : taint;
    sequencesForgotten();
    if (!held) {
      groupsBeforeClean = groupsAnswered;
    }
  }

  /** DISCARD SEQUENCES ran, or will have run before what is sent next. */
  public void sequencesForgotten() {
    foreignSequences = false;
  }

  /**
   * True if currval and lastval may answer with what someone before the present holder, or itself
   * when it had the connection before, took from a sequence. Any statement may have: columns have
   * defaults, and functions do as they like.
   */
  public boolean foreignSequences() {
    return foreignSequences;
  }

  /**
   * A statement of the node's own has failed that was to find out what the session has set, which
   * still needs the connection: no other session gets it.
   *
   * @param statement what failed, in words, for the log
   */
  public void condemn(String statement, ServerError error) {
    afterUse = Ending.ofState(statement, error);
  }

  /** A session leaves something that no reset removes. */
  public void lastUse() {
    if (afterUse == null) {
      afterUse = new Ending(Ending.Side.NODE, "a session has left on it what no reset removes");
    }
  }

  /** With what the connection ends when its session leaves it; null where others may have it. */
  public Ending afterUse() {
    return afterUse;
  }
}
