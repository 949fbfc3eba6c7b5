package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.dialect.mysql.sql.SystemVariables;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.StateChanges;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Session state changes that a client receives. Servers report all of them, to the node: the client
 * gets those that it would get from a server of its own, for drivers stumble over others.
 */
public final class ClientTracking {
  /** Variables that servers report by default. */
  private static final List<String> USUAL =
      List.of(
          "autocommit",
          "character_set_client",
          "character_set_connection",
          "character_set_results",
          "time_zone");

  private static final int LONGEST_NAME = 64;

  /** More than any server has. */
  private static final int MOST = 1000;

  private static final String ALL = "*";
  private static final String STATEMENT_ID = "statement_id";
  private static final byte[] NOTHING = {};

  private static final Pattern LITERAL = Pattern.compile("'([^']*)'|\"([^\"]*)\"");

  private final Set<String> variables = new HashSet<>();
  private boolean schema;
  private boolean state;
  private boolean gtids;

  public ClientTracking() {
    reset();
  }

  /** The session is as new. */
  public void reset() {
    variables.clear();
    variables.addAll(USUAL);
    schema = true;
    state = false;
    gtids = false;
  }

  /** Tells another process. */
  public void write(StateWriter out) {
    out.number(variables.size());
    variables.forEach(out::text);
    out.flag(schema).flag(state).flag(gtids);
  }

  /** Becomes what another process has told. */
  public void read(StateReader in) {
    variables.clear();
    for (int left = in.count(); left > 0; left--) {
      variables.add(in.text());
    }
    schema = in.flag();
    state = in.flag();
    gtids = in.flag();
  }

  /**
   * Returns the value that a server's variable must have so that the server reports to the node all
   * that it needs.
   */
  public static String needed(String name) {
    return switch (name) {
      case "session_track_system_variables" -> "*";
      case "session_track_gtids" -> "OWN_GTID";
      case "session_track_transaction_info" -> "OFF";
      case "session_track_schema", "session_track_state_change" -> "ON";
      default -> "";
    };
  }

  /**
   * The client sets one of the variables by which servers know what to report.
   *
   * @param value as it is written; lists that are computed have the names of their literals, and
   *     the usual ones where they are read from a variable
   */
  public void set(String name, String value) {
    String word = value.replaceAll("['\"]", "").toLowerCase(Locale.ROOT);
    boolean usual = word.equals("default");
    boolean on = !(word.equals("0") || word.equals("off") || word.equals("false"));
    switch (name) {
      case "session_track_system_variables" -> list(value, usual || value.contains("@@"));
      case "session_track_schema" -> schema = usual || on;
      case "session_track_state_change" -> state = !usual && on;
      case "session_track_gtids" -> gtids = !usual && on;
      default -> {
        // of another version
      }
    }
  }

  private void list(String value, boolean usual) {
    variables.clear();
    if (usual) {
      variables.addAll(USUAL);
    }
    Matcher literals = LITERAL.matcher(value);
    while (literals.find()) {
      String list = literals.group(1) == null ? literals.group(2) : literals.group(1);
      for (String written : list.split(",")) {
        String name = named(written.strip().toLowerCase(Locale.ROOT));
        if (name.length() <= LONGEST_NAME && variables.size() < MOST) {
          variables.add(name);
        }
      }
    }
  }

  private static String named(String name) {
    return SystemVariables.reportedBy(true, name);
  }

  /**
   * Returns the part of these changes that a client reads.
   *
   * @param changes of the state, as a server reports them
   * @param transactions whether the client has asked how its transactions stand
   * @return the same array where that is all
   */
  byte[] of(byte[] changes, boolean transactions) {
    if (StateReports.saysNothing(changes, !transactions)
        && !variables.contains(STATEMENT_ID)
        && !variables.contains(ALL)) {
      return NOTHING;
    }
    ByteBuf in = Unpooled.wrappedBuffer(changes);
    byte[] kept = new byte[changes.length];
    int length = 0;
    while (in.isReadable()) {
      int from = in.readerIndex();
      int type = in.readUnsignedByte();
      ByteBuf entry = in.readSlice(Math.toIntExact(LengthEncoded.read(in)));
      if (reads(type, entry, transactions)) {
        int size = in.readerIndex() - from;
        System.arraycopy(changes, from, kept, length, size);
        length += size;
      }
    }
    return length == changes.length ? changes : Arrays.copyOf(kept, length);
  }

  private boolean reads(int type, ByteBuf entry, boolean transactions) {
    return switch (type) {
      case StateChanges.SYSTEM_VARIABLES ->
          variables.contains(ALL) || variables.contains(named(LengthEncoded.readString(entry)));
      case StateChanges.SCHEMA -> schema;
      case StateChanges.STATE_CHANGE -> state;
      case StateChanges.GTIDS -> gtids;
      case StateChanges.TRANSACTION_CHARACTERISTICS, StateChanges.TRANSACTION_STATE -> transactions;
      default -> false;
    };
  }
}
