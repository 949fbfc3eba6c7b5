package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.StatusFlag;

/** Progress of the answer to a command, by the command's grammar. */
final class AnswerPlace {
  /** Kinds of packets that may come next. */
  enum Place {
    /** The first one of an answer, or of its next result. */
    FIRST,
    /** A definition of a column, or of a parameter. */
    DEFINITION,
    /** End of definitions, where EOF packets are not deprecated. */
    DEFINITIONS_END,
    ROW,
    /** Nothing: the server waits for a file. */
    INFILE
  }

  private final boolean deprecatesEof;
  private Place place = Place.FIRST;
  private boolean prepares;

  /** Definitions that are to come, and those of columns that come behind those of parameters. */
  private int definitions;

  private int behind;

  /** True if another result follows the rows that come, which their end does not say. */
  private boolean followed;

  AnswerPlace(boolean deprecatesEof) {
    this.deprecatesEof = deprecatesEof;
  }

  void begin(byte command) {
    prepares = command == Command.STMT_PREPARE;
    definitions = 0;
    behind = 0;
    followed = false;
    place =
        switch (command) {
          case Command.STMT_FETCH, Command.FIELD_LIST -> Place.ROW;
          default -> Place.FIRST;
        };
  }

  Place now() {
    return place;
  }

  /** Another result begins, or another answer. */
  void first() {
    place = Place.FIRST;
  }

  void infile() {
    place = Place.INFILE;
  }

  /** True if a packet that begins so is judged by more than that. */
  boolean wantsWhole(int first, int length) {
    return switch (place) {
      case FIRST, DEFINITIONS_END, INFILE -> true;
      case DEFINITION ->
          first == ErrPacket.FIRST
              || (prepares && deprecatesEof && definitions == 1 && behind == 0);
      case ROW -> first == ErrPacket.FIRST || endsRows(first, length);
    };
  }

  boolean endsRows(int first, int length) {
    return first == EofPacket.FIRST
        && (deprecatesEof ? length < Packet.MAX_PAYLOAD : EofPacket.fits(length));
  }

  /**
   * A result begins.
   *
   * @param withheld whether its client has been told the definitions before
   */
  void columns(int count, boolean withheld) {
    definitions = withheld ? 0 : count;
    followed = false;
    place = !withheld ? Place.DEFINITION : deprecatesEof ? Place.ROW : Place.DEFINITIONS_END;
  }

  /**
   * A statement is prepared.
   *
   * @return whether definitions follow
   */
  boolean prepared(int parameters, int columns, boolean withheld) {
    definitions = withheld ? 0 : parameters > 0 ? parameters : columns;
    behind = withheld || parameters == 0 ? 0 : columns;
    place = Place.DEFINITION;
    return definitions > 0;
  }

  /**
   * A definition has come.
   *
   * @return whether it ends the answer
   */
  boolean definition() {
    if (--definitions > 0) {
      return false;
    }
    place = deprecatesEof ? Place.ROW : Place.DEFINITIONS_END;
    return prepares && deprecatesEof && !nextDefinitions();
  }

  /** True if those of a statement's columns follow those of its parameters. */
  boolean nextDefinitions() {
    definitions = behind;
    behind = 0;
    place = Place.DEFINITION;
    return definitions > 0;
  }

  /**
   * Rows begin behind a packet with these flags. MySQL says ahead of a row of OUT parameters, and
   * not behind it, that the end of their CALL follows.
   */
  void rows(int status) {
    followed = (status & StatusFlag.OUT_PARAMETERS) != 0 && (status & StatusFlag.MORE_RESULTS) != 0;
    place = Place.ROW;
  }

  /** Flags that the end of the rows leaves out. */
  int unsaid() {
    return followed ? StatusFlag.MORE_RESULTS : 0;
  }
}
