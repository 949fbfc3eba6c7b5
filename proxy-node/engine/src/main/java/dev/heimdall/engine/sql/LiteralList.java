package dev.heimdall.engine.sql;

/**
 * A list of which only one item is kept as long as it holds nothing but literals: the items of one
 * pair of brackets, or rows of equal length. Items that came after the first are held back as mere
 * numbers, and written after all if the list turns out to hold something else.
 */
final class LiteralList {
  /** A literal, a number or a parameter; other tokens are given as they are. */
  static final int ITEM = 0;

  private enum State {
    CLOSED,
    ITEMS,
    FIRST_ROW,
    AFTER_ROW,
    BETWEEN_ROWS,
    NEXT_ROW
  }

  /** Destination to which the list is written. */
  interface Sink {
    /** A token of one byte. */
    void sign(int token);

    /** A literal, whichever. */
    void item();
  }

  private final Sink sink;
  private State state = State.CLOSED;
  private int items;
  private int length;
  private boolean comma;

  LiteralList(Sink sink) {
    this.sink = sink;
  }

  void reset() {
    state = State.CLOSED;
  }

  boolean isOpen() {
    return state != State.CLOSED;
  }

  /** The bracket before the first item was written. */
  void open() {
    start(State.ITEMS);
  }

  /** The bracket before the first item of the first row was written. */
  void openRows() {
    start(State.FIRST_ROW);
  }

  private void start(State next) {
    state = next;
    items = 0;
    comma = false;
  }

  /**
   * Moves the list on by one token of an open list. Returns whether the token was kept back; the
   * caller writes it if not.
   */
  boolean takes(int token) {
    switch (state) {
      case ITEMS -> {
        if (token == ITEM && (items == 0 || comma)) {
          comma = false;
          return items++ > 0;
        }
        if (token == ',' && items > 0 && !comma) {
          comma = true;
          return true;
        }
      }
      case FIRST_ROW -> {
        if (goesOn(token)) {
          return false;
        }
        if (token == ')' && items > 0 && !comma) {
          length = items;
          state = State.AFTER_ROW;
          return false;
        }
      }
      case AFTER_ROW -> {
        if (token == ',') {
          state = State.BETWEEN_ROWS;
          return true;
        }
      }
      case BETWEEN_ROWS -> {
        if (token == '(') {
          start(State.NEXT_ROW);
          return true;
        }
      }
      case NEXT_ROW -> {
        if (goesOn(token)) {
          return true;
        }
        if (token == ')' && items == length && !comma) {
          state = State.AFTER_ROW;
          return true;
        }
      }
      case CLOSED -> {}
    }
    interrupt();
    return false;
  }

  private boolean goesOn(int token) {
    if (token == ITEM && (items == 0 || comma)) {
      items++;
      comma = false;
      return true;
    }
    if (token == ',' && items > 0 && !comma) {
      comma = true;
      return true;
    }
    return false;
  }

  /** The list is over, or is none: what was held back is written. */
  void interrupt() {
    switch (state) {
      case ITEMS -> {
        if (comma) {
          sink.sign(',');
        }
      }
      case BETWEEN_ROWS -> sink.sign(',');
      case NEXT_ROW -> {
        sink.sign(',');
        sink.sign('(');
        for (int i = 0; i < items; i++) {
          if (i > 0) {
            sink.sign(',');
          }
          sink.item();
        }
        if (comma) {
          sink.sign(',');
        }
      }
      default -> {}
    }
    state = State.CLOSED;
  }
}
