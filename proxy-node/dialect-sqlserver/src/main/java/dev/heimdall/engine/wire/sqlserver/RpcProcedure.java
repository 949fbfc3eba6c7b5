package dev.heimdall.engine.wire.sqlserver;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Procedures that requests call by number, or by a name that means the same, and where their
 * parameters have what must be known.
 */
public final class RpcProcedure {
  /** Any other procedure, called by its name. */
  public static final int OTHER = 0;

  public static final int CURSOR = 1;
  public static final int CURSOR_OPEN = 2;
  public static final int CURSOR_PREPARE = 3;
  public static final int CURSOR_EXECUTE = 4;
  public static final int CURSOR_PREPARE_EXECUTE = 5;
  public static final int CURSOR_UNPREPARE = 6;
  public static final int CURSOR_FETCH = 7;
  public static final int CURSOR_OPTION = 8;
  public static final int CURSOR_CLOSE = 9;
  public static final int EXECUTE_SQL = 10;
  public static final int PREPARE = 11;
  public static final int EXECUTE = 12;
  public static final int PREPARE_EXECUTE = 13;
  public static final int PREPARE_EXECUTE_RPC = 14;
  public static final int UNPREPARE = 15;

  private static final int NONE = -1;

  private static final Pattern WORD_END = Pattern.compile("[^a-z_]+");

  /** Names without {@code sp_}, at their numbers' places; never written to. */
  private static final String[] NAMES = {
    "",
    "cursor",
    "cursoropen",
    "cursorprepare",
    "cursorexecute",
    "cursorprepexec",
    "cursorunprepare",
    "cursorfetch",
    "cursoroption",
    "cursorclose",
    "executesql",
    "prepare",
    "execute",
    "prepexec",
    "prepexecrpc",
    "unprepare"
  };

  private RpcProcedure() {}

  /** The number that a name means, or {@link #OTHER}. */
  static int number(ProcedureName name) {
    String last = name.last();
    if (!name.isOfServerHere() || !last.startsWith("sp_")) {
      return OTHER;
    }
    for (int number = 1; number < NAMES.length; number++) {
      if (last.startsWith(NAMES[number], 3) && last.length() == NAMES[number].length() + 3) {
        return number;
      }
    }
    return OTHER;
  }

  /**
   * True for a name by which a server may find a procedure that takes a handle, and the node does
   * not.
   */
  public static boolean mayTakeHandle(String name) {
    for (String word : WORD_END.split(name.toLowerCase(Locale.ROOT))) {
      for (int number = 1; number < NAMES.length; number++) {
        boolean takes = statementAt(number) < 0 && word.startsWith("sp_");
        if (takes
            && word.startsWith(NAMES[number], 3)
            && word.length() == 3 + NAMES[number].length()) {
          return true;
        }
      }
    }
    return false;
  }

  /** True for what a parameter may be called: nothing, or an identifier behind its {@code @}. */
  public static boolean namesParameter(TdsText name) {
    return !name.isCut() && ProcedureName.namesParameter(name.text());
  }

  /** True for the names that parameters have which are a statement's text. */
  public static boolean namesStatement(TdsText name) {
    String text = name.text();
    return text.equalsIgnoreCase("@stmt") || text.equalsIgnoreCase("@statement");
  }

  /** True for a name that means {@code sp_reset_connection}, at this server. */
  public static boolean resets(String name) {
    ProcedureName path = ProcedureName.of(name);
    return path.parts().size() < 4 && path.last().equals("sp_reset_connection");
  }

  /** The name of a procedure that has a number. */
  public static String name(int procedure) {
    return "sp_" + NAMES[procedure];
  }

  /** True if it is about an open cursor, and makes none. */
  public static boolean usesCursor(int procedure) {
    return switch (procedure) {
      case CURSOR, CURSOR_FETCH, CURSOR_OPTION, CURSOR_CLOSE -> true;
      default -> false;
    };
  }

  /** True if it opens a cursor. */
  public static boolean opensCursor(int procedure) {
    return procedure == CURSOR_OPEN
        || procedure == CURSOR_EXECUTE
        || procedure == CURSOR_PREPARE_EXECUTE;
  }

  /** True if it makes a handle for a statement whose rows cursors have. */
  public static boolean preparesCursor(int procedure) {
    return procedure == CURSOR_PREPARE || procedure == CURSOR_PREPARE_EXECUTE;
  }

  /** The place of the parameter that is the statement's text, or -1. */
  public static int statementAt(int procedure) {
    return switch (procedure) {
      case EXECUTE_SQL -> 0;
      case CURSOR_OPEN, PREPARE_EXECUTE_RPC -> 1;
      case CURSOR_PREPARE, PREPARE, PREPARE_EXECUTE -> 2;
      case CURSOR_PREPARE_EXECUTE -> 3;
      default -> NONE;
    };
  }

  /** The place of the parameter that declares the statement's parameters, or -1. */
  public static int declarationsAt(int procedure) {
    return switch (procedure) {
      case EXECUTE_SQL, CURSOR_PREPARE, PREPARE, PREPARE_EXECUTE -> 1;
      case CURSOR_PREPARE_EXECUTE -> 2;
      case CURSOR_OPEN -> 5;
      default -> NONE;
    };
  }

  /** The place of the parameter that is a prepared statement's handle, or -1. */
  public static int handleAt(int procedure) {
    return switch (procedure) {
      case CURSOR_PREPARE,
          CURSOR_EXECUTE,
          CURSOR_PREPARE_EXECUTE,
          CURSOR_UNPREPARE,
          PREPARE,
          EXECUTE,
          PREPARE_EXECUTE,
          PREPARE_EXECUTE_RPC,
          UNPREPARE ->
          0;
      default -> NONE;
    };
  }

  /**
   * The place of the parameter that says how cursors of a prepared statement scroll, or -1; the
   * next one says how they lock.
   */
  public static int scrollAt(int procedure) {
    return preparesCursor(procedure) ? 4 : NONE;
  }

  /** The place of the parameter that returns how a cursor that is opened scrolls, or -1. */
  public static int scrollsAt(int procedure) {
    return switch (procedure) {
      case CURSOR_OPEN, CURSOR_EXECUTE -> 2;
      case CURSOR_PREPARE_EXECUTE -> 4;
      default -> NONE;
    };
  }

  /** The place of the parameter that is an open cursor's handle, or -1. */
  public static int cursorAt(int procedure) {
    return switch (procedure) {
      case CURSOR, CURSOR_OPEN, CURSOR_FETCH, CURSOR_OPTION, CURSOR_CLOSE -> 0;
      case CURSOR_EXECUTE, CURSOR_PREPARE_EXECUTE -> 1;
      default -> NONE;
    };
  }

  /** The place of the last parameter that has something to be known, or -1. */
  public static int lastKnownAt(int procedure) {
    int scroll = scrollAt(procedure);
    int last = scroll < 0 ? NONE : scroll + 1;
    last = Math.max(last, statementAt(procedure));
    last = Math.max(last, declarationsAt(procedure));
    last = Math.max(last, handleAt(procedure));
    last = Math.max(last, scrollsAt(procedure));
    return Math.max(last, cursorAt(procedure));
  }
}
