package dev.heimdall.model;

/** A place in a document, both from 1; {@link #NONE} where there is none. */
record Position(int line, int column) {
  static final Position NONE = new Position(0, 0);
}
