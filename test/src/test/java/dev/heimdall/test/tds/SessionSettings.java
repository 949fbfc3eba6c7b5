package dev.heimdall.test.tds;

import java.sql.Connection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What SET changes: a procedure has a copy of its own. */
final class SessionSettings {
  static final int IMPLICIT_TRANSACTIONS = 2;
  static final int NOCOUNT = 512;
  static final int QUOTED_IDENTIFIER = 256;
  static final int XACT_ABORT = 16384;
  private static final int ANSI_DEFAULTS = 8 + 16 + 32 + 256 + 1024 + 4096;

  private static final Map<String, Integer> BITS =
      Map.ofEntries(
          Map.entry("implicit_transactions", IMPLICIT_TRANSACTIONS),
          Map.entry("cursor_close_on_commit", 4),
          Map.entry("ansi_warnings", 8),
          Map.entry("ansi_padding", 16),
          Map.entry("ansi_nulls", 32),
          Map.entry("arithabort", 64),
          Map.entry("arithignore", 128),
          Map.entry("quoted_identifier", QUOTED_IDENTIFIER),
          Map.entry("nocount", NOCOUNT),
          Map.entry("ansi_null_dflt_on", 1024),
          Map.entry("ansi_null_dflt_off", 2048),
          Map.entry("concat_null_yields_null", 4096),
          Map.entry("numeric_roundabort", 8192),
          Map.entry("xact_abort", XACT_ABORT));

  /** Of ANSI_NULL_DFLT_ON and ANSI_NULL_DFLT_OFF. */
  private static final int NULLS_BY_DEFAULT = 1024 | 2048;

  int options = ANSI_DEFAULTS;
  int isolation = Connection.TRANSACTION_READ_COMMITTED;
  boolean snapshot;
  int lockTimeout = -1;
  int rowCount;
  int textSize = 4096;
  int dateFirst = 7;
  String dateFormat = "mdy";
  String language = "us_english";
  String deadlockPriority = "0";
  final Map<String, String> others = new TreeMap<>();

  SessionSettings copy() {
    SessionSettings copy = new SessionSettings();
    copy.options = options;
    copy.isolation = isolation;
    copy.snapshot = snapshot;
    copy.lockTimeout = lockTimeout;
    copy.rowCount = rowCount;
    copy.textSize = textSize;
    copy.dateFirst = dateFirst;
    copy.dateFormat = dateFormat;
    copy.language = language;
    copy.deadlockPriority = deadlockPriority;
    copy.others.putAll(others);
    return copy;
  }

  /** As a number: LOW is -5, HIGH 5. */
  int deadlockPriority() {
    return switch (deadlockPriority.toLowerCase(Locale.ROOT)) {
      case "low" -> -5;
      case "normal" -> 0;
      case "high" -> 5;
      default -> Integer.parseInt(deadlockPriority);
    };
  }

  /** All of them in one line. */
  String text() {
    String fixed =
        String.join(
            "|",
            String.valueOf(options),
            String.valueOf(isolationNumber()),
            String.valueOf(lockTimeout),
            String.valueOf(rowCount),
            String.valueOf(textSize),
            String.valueOf(dateFirst),
            dateFormat,
            language,
            deadlockPriority);
    StringBuilder all = new StringBuilder(fixed);
    others.forEach((name, value) -> all.append('|').append(name).append('=').append(value));
    return all.toString();
  }

  /** Settings that {@link #text} gave. */
  static SessionSettings of(String text) {
    String[] parts = text.split("\\|", -1);
    SessionSettings read = new SessionSettings();
    read.options = Integer.parseInt(parts[0]);
    read.isolation(Integer.parseInt(parts[1]));
    read.lockTimeout = Integer.parseInt(parts[2]);
    read.rowCount = Integer.parseInt(parts[3]);
    read.textSize = Integer.parseInt(parts[4]);
    read.dateFirst = Integer.parseInt(parts[5]);
    read.dateFormat = parts[6];
    read.language = parts[7];
    read.deadlockPriority = parts[8];
    for (int i = 9; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      read.others.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
    }
    return read;
  }

  boolean has(int option) {
    return (options & option) != 0;
  }

  /** One of the options that have no bit. */
  boolean isOn(String name) {
    return "on".equalsIgnoreCase(others.get(name));
  }

  /** As sys.dm_exec_sessions has it: 1 read uncommitted … 4 serializable, 5 snapshot. */
  int isolationNumber() {
    if (snapshot) {
      return 5;
    }
    return switch (isolation) {
      case Connection.TRANSACTION_READ_UNCOMMITTED -> 1;
      case Connection.TRANSACTION_REPEATABLE_READ -> 3;
      case Connection.TRANSACTION_SERIALIZABLE -> 4;
      default -> 2;
    };
  }

  void isolation(int number) {
    snapshot = number == 5;
    isolation =
        switch (number) {
          case 1 -> Connection.TRANSACTION_READ_UNCOMMITTED;
          case 3, 5 -> Connection.TRANSACTION_REPEATABLE_READ;
          case 4 -> Connection.TRANSACTION_SERIALIZABLE;
          default -> Connection.TRANSACTION_READ_COMMITTED;
        };
  }

  /** Bit of SESSIONPROPERTY's and SET's option, or null. */
  static Integer bit(String name) {
    return BITS.get(name.toLowerCase(Locale.ROOT));
  }

  /** SET's words, of which the last is the value. */
  void set(String name, String value) {
    Integer bit = BITS.get(name);
    boolean on = value.equalsIgnoreCase("on");
    if (bit != null) {
      options = on ? options | bit : options & ~bit;
      if (on && (bit & NULLS_BY_DEFAULT) != 0) {
        options &= ~(NULLS_BY_DEFAULT ^ bit); // one of the two at most
      }
      return;
    }
    switch (name) {
      case "ansi_defaults" -> {
        int bits = 4 + 8 + 16 + 32 + 256 + 1024 + IMPLICIT_TRANSACTIONS;
        options = on ? options | bits : options & ~bits;
      }
      case "lock_timeout" -> lockTimeout = Integer.parseInt(value);
      case "rowcount" -> rowCount = Integer.parseInt(value);
      case "textsize" -> textSize = Integer.parseInt(value);
      case "datefirst" -> dateFirst = Integer.parseInt(value);
      case "dateformat" -> dateFormat = value;
      case "language" -> language = value;
      case "deadlock_priority" -> deadlockPriority = value;
      default -> others.put(name, value);
    }
  }
}
