package dev.heimdall.test.tds;

import java.util.List;
import java.util.Locale;

/** Procedures that the server has of itself. */
final class SystemProcedures {
  private static final String[] BY_NUMBER = {
    "",
    "sp_cursor",
    "sp_cursoropen",
    "sp_cursorprepare",
    "sp_cursorexecute",
    "sp_cursorprepexec",
    "sp_cursorunprepare",
    "sp_cursorfetch",
    "sp_cursoroption",
    "sp_cursorclose",
    "sp_executesql",
    "sp_prepare",
    "sp_execute",
    "sp_prepexec",
    "sp_prepexecrpc",
    "sp_unprepare"
  };

  private final TdsSession session;
  private final Interpreter interpreter;

  SystemProcedures(TdsSession session, Interpreter interpreter) {
    this.session = session;
    this.interpreter = interpreter;
  }

  /** Name of an RPC by number. */
  static String name(int number) {
    if (number < 1 || number >= BY_NUMBER.length) {
      throw new SqlErrorException(2812, 16, "Could not find stored procedure '#" + number + "'.");
    }
    return BY_NUMBER[number];
  }

  /** Status, or null where it is no procedure of the server. */
  Integer call(ProcedureCall call, int level, boolean caught) {
    String[] parts = call.name().toLowerCase(Locale.ROOT).split("\\.", -1);
    switch (parts[parts.length - 1]) {
      case "sp_executesql" -> {
        List<Tsql.Parameter> parameters = parameters(call.text(1, "@params"));
        ProcedureCall rest =
            parameters.isEmpty() ? call.from(call.arguments().size()) : call.from(2);
        interpreter.text(call.text(0, "@stmt"), parameters, rest, level, caught);
      }
      case "sp_prepare" ->
          call.arguments()
              .get(0)
              .value(
                  session.newHandle(
                      new TdsSession.Prepared(call.text(1, null), call.text(2, null))));
      case "sp_prepexec" -> {
        TdsSession.Prepared prepared =
            new TdsSession.Prepared(call.text(1, null), call.text(2, null));
        Object before = call.arguments().get(0).value();
        if (before instanceof Number number) {
          session.handles.remove(number.intValue());
        }
        call.arguments().get(0).value(session.newHandle(prepared));
        run(prepared, call.from(3), level, caught);
      }
      case "sp_execute" -> run(prepared(call), call.from(1), level, caught);
      case "sp_unprepare" -> {
        prepared(call);
        session.handles.remove(((Number) call.arguments().get(0).value()).intValue());
      }
      case "sp_reset_connection" -> session.reset(false);
      case "sp_getapplock" -> {
        return lock(call);
      }
      case "sp_releaseapplock" -> {
        if (!session.server.locks().release(session, call.text(0, "@Resource"))) {
          throw new SqlErrorException(
              1223, 16, "Cannot release the application lock because it is not currently held.");
        }
      }
      case "sp_set_session_context" -> {
        ProcedureCall.Argument value = call.argument(1, "@value");
        session.context.put(
            call.text(0, "@key").toLowerCase(Locale.ROOT), value == null ? null : value.value());
      }
      default -> {
        return null;
      }
    }
    return 0;
  }

  private static List<Tsql.Parameter> parameters(String text) {
    return text == null ? List.of() : TsqlParser.parameters(text);
  }

  private TdsSession.Prepared prepared(ProcedureCall call) {
    Object handle = call.arguments().isEmpty() ? null : call.arguments().get(0).value();
    TdsSession.Prepared prepared =
        handle instanceof Number number ? session.handles.get(number.intValue()) : null;
    if (prepared == null) {
      throw new SqlErrorException(
          8179, 16, "Could not find prepared statement with handle " + handle + ".");
    }
    return prepared;
  }

  private void run(
      TdsSession.Prepared prepared, ProcedureCall arguments, int level, boolean caught) {
    interpreter.text(prepared.text(), parameters(prepared.parameters()), arguments, level, caught);
  }

  private int lock(ProcedureCall call) {
    String owner = call.text(2, "@LockOwner");
    boolean ofTransaction = owner == null || owner.equalsIgnoreCase("transaction");
    if (ofTransaction && !session.inTransaction()) {
      session.results.message(
          SqlError.of(
              1227,
              0,
              "You attempted to acquire a transactional application lock without an active"
                  + " transaction."));
      return -999;
    }
    String timeout = call.text(3, "@LockTimeout");
    long millis = timeout == null ? session.settings.lockTimeout : Long.parseLong(timeout);
    boolean shared = "Shared".equalsIgnoreCase(call.text(1, "@LockMode"));
    return session
        .server
        .locks()
        .acquire(session, call.text(0, "@Resource"), shared, ofTransaction, millis);
  }
}
