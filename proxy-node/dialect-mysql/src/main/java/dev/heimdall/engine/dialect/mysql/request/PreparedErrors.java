package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.BooleanSupplier;

/**
 * Errors of the session's servers for unintelligible commands about prepared statements: MySQL and
 * MariaDB each have their own words and numbers.
 */
final class PreparedErrors {
  private static final String EXECUTE = "mysqld_stmt_execute";

  /** Flags, and how often it is to be executed. */
  private static final int EXECUTE_HEAD = 10;

  private static final int FETCH_HEAD = 9;
  private static final int NUMBER = 5;

  private final BooleanSupplier mariadb;
  private final boolean attributes;

  PreparedErrors(BooleanSupplier mariadb, AgreedCapabilities agreed) {
    this.mariadb = mariadb;
    this.attributes = agreed.has(Capability.QUERY_ATTRIBUTES);
  }

  /** Of a command that is too short to name what it is about; null where it is not. */
  ServerError ofLength(byte command, long total) {
    int least =
        switch (command) {
          case Command.STMT_EXECUTE -> EXECUTE_HEAD;
          case Command.STMT_FETCH -> mariadb.getAsBoolean() ? 0 : FETCH_HEAD;
          case Command.STMT_RESET -> mariadb.getAsBoolean() ? 0 : NUMBER;
          default -> 0;
        };
    return Payload.length(total) < least ? malformed() : null;
  }

  /**
   * Of a command about a statement that is not there.
   *
   * @param number which it names
   */
  ServerError unknown(byte command, String number) {
    String asked =
        switch (command) {
          case Command.STMT_RESET -> "mysqld_stmt_reset";
          case Command.STMT_FETCH -> "mysqld_stmt_fetch";
          default -> EXECUTE;
        };
    return ServerError.error(
            "HY000",
            "Unknown prepared statement handler (%s) given to %s"
                .formatted(number, mariadb.getAsBoolean() ? asked : "mysql_stmt_precheck"))
        .withNumber(1243);
  }

  /** Of rows to fetch from a statement that has none waiting. */
  ServerError noCursor(int number) {
    return ServerError.error(
            "HY000", "The statement (" + number + ") has no open cursor" + fullStop())
        .withNumber(1421);
  }

  /** Of an execution for which a part of a value was sent that is no parameter's. */
  ServerError ofParameter() {
    return arguments(mariadb.getAsBoolean() ? "mysqld_stmt_send_long_data" : "mysql_stmt_precheck");
  }

  /** Of the execution at the reader's position, whose parameters are wrong. */
  ServerError ofExecution(ByteBuf in, long total, int parameters) {
    byte[] payload = new byte[(int) Payload.length(total)];
    Payload.copy(in, in.readerIndex(), 0, payload, payload.length);
    return mariadb.getAsBoolean() ? ofMariadb(payload, parameters) : ofMysql(payload, parameters);
  }

  private ServerError ofMariadb(byte[] payload, int parameters) {
    int typed = EXECUTE_HEAD + (parameters + 7) / 8;
    boolean cut =
        payload.length > typed
            && payload[typed] != 0
            && payload.length < typed + 1 + Short.BYTES * parameters;
    return cut ? malformed() : arguments(EXECUTE);
  }

  /** It reads what is there, and looks for types only where values could be. */
  private ServerError ofMysql(byte[] payload, int parameters) {
    long count = parameters;
    int at = EXECUTE_HEAD;
    if (attributes) {
      ByteBuf body = Unpooled.wrappedBuffer(payload).skipBytes(EXECUTE_HEAD);
      try {
        count = LengthEncoded.read(body);
      } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
        return malformed();
      }
      at = body.readerIndex();
      if (count < parameters) {
        return arguments("COM_STMT_EXECUTE");
      }
    }
    long typed = at + (count + 7) / 8;
    boolean untyped =
        count == parameters && typed + 1 < payload.length && payload[(int) typed] == 0;
    return untyped ? arguments(EXECUTE) : malformed();
  }

  private ServerError malformed() {
    return ServerError.error("HY000", "Malformed communication packet" + fullStop())
        .withNumber(1835);
  }

  private String fullStop() {
    return mariadb.getAsBoolean() ? "" : ".";
  }

  private static ServerError arguments(String of) {
    return ServerError.error("HY000", "Incorrect arguments to " + of).withNumber(1210);
  }
}
