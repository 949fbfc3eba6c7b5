package dev.heimdall.engine.handover;

/**
 * Type of a frame. Numbers are the order here: a new one goes to the end, and changes {@link
 * #VERSION} if the other side has to understand it.
 */
public enum FrameType {
  /** New to old: version, token, process id, and {@link #LEVEL}, which older releases leave out. */
  HELLO,
  /** Old to new: why not; the connection ends. */
  REFUSED,
  /**
   * Old to new: the second connection, for descriptors, may be opened; the number that a session
   * got last, those of all sessions, and the name of the file of {@link Claims}; older releases
   * leave them out.
   */
  WELCOME,
  /** New to old, on the second connection: the token. */
  DESCRIPTORS,
  /** Old to new: a descriptor has gone out, of a socket that listens at this place. */
  LISTENER,
  /** New to old: it has come; the next one may. */
  LISTENER_TAKEN,
  /** Old to new: no more of these. */
  LISTENERS_END,
  /** New to old: the HTTP endpoint's address is needed. */
  RELEASE_HTTP,
  /** Old to new: it is free. */
  HTTP_RELEASED,
  /** New to old: clients are accepted here from now on. */
  READY,
  /** Old to new: a descriptor has gone out; number and state of the client whose it is. */
  CLIENT,
  /** New to old: the client of this number is complete here, and is not read yet. */
  TAKEN,
  /** New to old: the client of this number stays where it is, and why. */
  KEPT,
  /** Old to new: the client of this number is not the old process's any more: it may be read. */
  GO,
  /** Old to new: the client of this number has ended meanwhile. */
  DROP,
  /** New to old: a cancel request of which no client is known here: its number, the key. */
  CANCEL,
  /** Old to new: the cancel request of this number is over. */
  CANCELLED,
  /** Old to new: it serves no client any more. */
  GONE,
  /** New to old: a KILL of a session that is unknown here: its number, the request, last words. */
  KILL,
  /** Old to new: what came of the KILL of this number. */
  KILLED,
  /** Old to new: the clients that it still has, by why they have not moved. */
  REMAINING;

  /** Of all that is said between two processes. */
  public static final int VERSION = 1;

  /** It knows {@link Claims}, and who remains. */
  public static final int CLAIMS = 1;

  /** And bytes that are a part of others before them, and not sent again. */
  public static final int REFERENCES = 2;

  /** Level of the features that the new process understands beyond the first release. */
  public static final int LEVEL = REFERENCES;

  private static final FrameType[] ALL = values();

  static FrameType of(int number) {
    if (number < 0 || number >= ALL.length) {
      throw new UnreadableStateException("unknown kind of frame: " + number);
    }
    return ALL[number];
  }
}
