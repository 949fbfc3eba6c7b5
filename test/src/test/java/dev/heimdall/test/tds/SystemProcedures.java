package dev.heimdall.test.tds;

import java.util.Arrays;
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
  private final CursorProcedures cursors;

  SystemProcedures(TdsSession session, Interpreter interpreter) {
    this.session = session;
    this.interpreter = interpreter;
    this.cursors = new CursorProcedures(session, interpreter);
  }

  /** Name of an RPC by number. */
  static String name(int number) {
    if (number < 1 || number >= BY_NUMBER.length) {
      throw new SqlErrorException(2812, 16, "Could not find stored procedure '#" + number + "'.");
    }
    return BY_NUMBER[number];
  }

  /** Arguments of an RPC by number that go by their places, whatever their names are. */
  static int fixedArguments(int number) {
    return switch (number) {
      case 0 -> 0;
      case 10 -> 2;
      case 12, 15 -> 1;
      case 11, 13 -> 3;
      default -> Integer.MAX_VALUE;
    };
  }

  /** Status, or null where it is no procedure of the server. */
  Integer call(ProcedureCall call, int level, boolean caught) {
    String[] parts = call.name().toLowerCase(Locale.ROOT).split("\\.", -1);
    String name = parts[parts.length - 1];
    if (cursors.call(name, call)) {
      return 0;
    }
    switch (name) {
      case "sp_executesql" -> {
        if (call.text(0, "@stmt") == null) {
          throw new SqlErrorException(
              214, 16, "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.");
        }
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
      case "sp_setapprole" -> {
        session.role = new byte[] {1, (byte) session.spid};
        session.user = call.text(0, "@rolename");
        ProcedureCall.Argument cookie = call.argument(4, "@cookie");
        if (cookie != null) {
          cookie.value(session.role);
        }
      }
      case "sp_unsetapprole" -> {
        ProcedureCall.Argument cookie = call.argument(0, "@cookie");
        boolean known =
            session.role != null
                && cookie != null
                && cookie.value() instanceof byte[] bytes
                && Arrays.equals(bytes, session.role);
        if (!known) {
          throw new SqlErrorException(
              15422, 16, "Application roles can only be activated at the ad hoc level.");
        }
        session.role = null;
        session.user = session.login.user;
      }
      default -> {
        return null;
      }
    }
    return 0;
  }

  static List<Tsql.Parameter> parameters(String text) {
    return text == null ? List.of() : TsqlParser.parameters(text);
  }

  private TdsSession.Prepared prepared(ProcedureCall call) {
    return session.prepared(call.arguments().isEmpty() ? null : call.arguments().get(0).value());
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
