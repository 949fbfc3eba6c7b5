package dev.heimdall.engine.wire;

import java.util.ArrayList;
import java.util.List;

/**
 * Changes by the node in the text of a client's statements: which statements of the text are the
 * node's own, and where a place in it was in the client's text. Belongs to one sending of it.
 */
public final class EditedText {
  /** Replacement for a part of what the client has sent; in characters of the text as sent. */
  private record Change(int at, int sent, int was) {}

  private final List<Change> changes = new ArrayList<>(2);
  private final List<Integer> own = new ArrayList<>(2);
  private int answered;

  /**
   * A change behind those noted before.
   *
   * @param at the first character, counted from 0 in the text as sent
   * @param sent how many characters the server gets
   * @param was how many stood there
   */
  public void change(int at, int sent, int was) {
    changes.add(new Change(at, sent, was));
  }

  /** A statement of the text is the node's, counted from 0 among those that are not empty. */
  public void own(int statement) {
    own.add(statement);
  }

  /**
   * The next statement of the text was answered.
   *
   * @return whether it is the node's own
   */
  public boolean answersOwn() {
    return own.contains(answered++);
  }

  /** True if what comes next is the answer to a statement of the node's. */
  public boolean nextIsOwn() {
    return own.contains(answered);
  }

  /** Position in the client's text of a character of the text as sent, counted from 1. */
  public int inClientsText(int position) {
    int shift = 0;
    for (Change change : changes) {
      int from = change.at() + 1;
      if (position < from) {
        break;
      }
      if (position < from + change.sent()) {
        return from - shift; // inside what the node has put in
      }
      shift += change.sent() - change.was();
    }
    return position - shift;
  }
}
