package dev.heimdall.engine.share;

import dev.heimdall.engine.wire.Position;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * The last marks of noted writes, each with the number of the last write that it covers: by them a
 * server's position tells which writes it has. Guarded by itself.
 */
final class NotedMarks {
  /** More than lie between a writer and a replica that may answer; of others nothing is known. */
  private static final int MOST = 256;

  /** Number that no write has. */
  static final long UNKNOWN = -1;

  private static final class Noted {
    final WriteMark mark;
    long number;

    Noted(WriteMark mark, long number) {
      this.mark = mark;
      this.number = number;
    }
  }

  /** Those of later writes are last, and their positions go further. */
  private final Deque<Noted> last = new ArrayDeque<>();

  synchronized void noted(WriteMark mark, long number) {
    Noted before = last.peekLast();
    if (before != null && before.mark == mark) {
      before.number = number;
      return;
    }
    if (last.size() == MOST) {
      last.removeFirst();
    }
    last.addLast(new Noted(mark, number));
  }

  /**
   * Number of the last write that a server at this position has, with all before it; {@link
   * #UNKNOWN} where none of the last ones is there.
   */
  synchronized long reached(Position there) {
    for (Iterator<Noted> i = last.descendingIterator(); i.hasNext(); ) {
      Noted noted = i.next();
      if (there.covers(noted.mark.position())) {
        return noted.number;
      }
    }
    return UNKNOWN;
  }
}
