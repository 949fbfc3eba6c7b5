package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.prepared.StatementName;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/** A command on its way to a server, and what follows it before its owner hears of its end. */
final class CommandExchange {
  private final byte command;
  private final Use use;
  private final boolean shared;
  private final boolean isShort;
  private boolean hasRows;
  private ByteBuf bytes;
  private CommandExchange then;
  private Supplier<CommandExchange> withoutDatabase;
  private ClientTracking tracking;
  private StatementName longDataOf;

  /** Reader of the answer. */
  enum Use {
    /** A client. */
    CLIENT,
    /** The node: what comes is handed to its owner. */
    NODE,
    /** The connection alone: the node queries the state of the transaction. */
    STATUS
  }

  /**
   * @param consumed what is written when its turn comes; null where the caller writes it
   */
  CommandExchange(byte command, Use use, ByteBuf consumed) {
    this(command, use, consumed, false);
  }

  private CommandExchange(byte command, Use use, ByteBuf consumed, boolean shared) {
    this.command = command;
    this.use = use;
    this.bytes = consumed;
    this.shared = shared;
    this.isShort =
        shared
            || (consumed != null && consumed.readableBytes() < Packet.HEADER + Packet.MAX_PAYLOAD);
  }

  byte command() {
    return command;
  }

  /** A client's, which reads of these changes of its session's state; of none where it is null. */
  CommandExchange(byte command, ClientTracking tracking, ByteBuf consumed) {
    this(command, Use.CLIENT, consumed);
    this.tracking = tracking;
  }

  /**
   * A client's in a pipeline that others use as well: the caller writes it at once, whatever is
   * being answered, and it is a single packet.
   */
  static CommandExchange shared(byte command, ClientTracking tracking) {
    CommandExchange exchange = new CommandExchange(command, Use.CLIENT, null, true);
    exchange.tracking = tracking;
    return exchange;
  }

  /** A text of the node's own that may have rows, which FOUND_ROWS() would count. */
  CommandExchange withRows() {
    hasRows = true;
    return this;
  }

  /** True if FOUND_ROWS() may be another one behind it, which is not the session's. */
  boolean changesFoundRows() {
    return shared || hasRows;
  }

  /** True if others' commands may have been sent behind it. */
  boolean isShared() {
    return shared;
  }

  boolean ofClient() {
    return use == Use.CLIENT;
  }

  ClientTracking tracking() {
    return tracking;
  }

  /** An execution of this statement, ahead of which parts of its values were sent. */
  CommandExchange withLongDataOf(StatementName statement) {
    longDataOf = statement;
    return this;
  }

  /** The statement that the server has parts of values of; null for none. */
  StatementName longDataOf() {
    return longDataOf;
  }

  boolean asksStatus() {
    return use == Use.STATUS;
  }

  /** True if servers answer it at all. */
  boolean answered() {
    return command != Command.STMT_CLOSE && command != Command.STMT_SEND_LONG_DATA;
  }

  /** True if an error may come of what has changed the transaction's state, which no error says. */
  boolean failureHidesStatus() {
    return switch (command) {
      case Command.QUERY, Command.STMT_EXECUTE, Command.STMT_BULK_EXECUTE, Command.STMT_FETCH ->
          true;
      default -> false;
    };
  }

  /** True if it is a single packet, which is answered by one with the number 1. */
  boolean isShort() {
    return isShort;
  }

  ByteBuf takeBytes() {
    ByteBuf taken = bytes;
    bytes = null;
    return taken;
  }

  /**
   * Exchange that is sent as soon as this one was answered successfully, in the same group; null
   * for none.
   */
  CommandExchange then() {
    return then;
  }

  CommandExchange then(CommandExchange next) {
    then = next;
    return this;
  }

  /**
   * Sets the exchange that follows instead where there is no such database, or no permission for
   * it.
   */
  CommandExchange orWithout(Supplier<CommandExchange> database) {
    withoutDatabase = database;
    return this;
  }

  /**
   * Goes on although it has failed, where there is a way.
   *
   * @return whether there is, and what goes on follows
   */
  boolean goesOn(ServerError error) {
    if (withoutDatabase == null || !ServerRefusal.ofDatabase(error.number())) {
      return false;
    }
    dropThen();
    then = withoutDatabase.get();
    return true;
  }

  /** Nothing follows. */
  void dropThen() {
    if (then != null) {
      then.release();
      then = null;
    }
  }

  void release() {
    for (CommandExchange each = this; each != null; each = each.then) {
      if (each.bytes != null) {
        each.bytes.release();
        each.bytes = null;
      }
    }
  }
}
