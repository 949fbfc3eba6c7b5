package dev.heimdall.test.tds;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cursors by RPC: read-only ones, whose rows are those of their opening, whatever their kind. */
final class CursorProcedures {
  private static final int NO_METADATA = 2;
  private static final int SELECT = 0xC1;
  private static final int READ_ONLY = 1;
  static final int STATIC = 8;
  private static final int KINDS = 0x1F;
  private static final int INFORMATION = 0x100;
  private static final int ROW_FETCHED = 1;

  private final TdsSession session;
  private final Interpreter interpreter;

  CursorProcedures(TdsSession session, Interpreter interpreter) {
    this.session = session;
    this.interpreter = interpreter;
  }

  /** True if it was one of these. */
  boolean call(String name, ProcedureCall call) {
    switch (name) {
      case "sp_cursoropen" ->
          open(new TdsSession.Prepared(call.text(5, null), call.text(1, null)), call, 0, 6);
      case "sp_cursorprepexec" -> {
        TdsSession.Prepared prepared =
            new TdsSession.Prepared(call.text(2, null), call.text(3, null));
        argument(call, 0).value(session.newHandle(prepared));
        open(prepared, call, 1, 7);
      }
      case "sp_cursorprepare" ->
          argument(call, 0)
              .value(
                  session.newHandle(
                      new TdsSession.Prepared(call.text(1, null), call.text(2, null))));
      case "sp_cursorexecute" -> open(session.prepared(argument(call, 0).value()), call, 1, 5);
      case "sp_cursorunprepare" -> session.handles.remove(number(call, 0));
      case "sp_cursorfetch" -> fetch(call);
      case "sp_cursorclose" -> {
        cursor(call);
        session.cursors.remove(number(call, 0));
      }
      case "sp_cursoroption" -> cursor(call);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static ProcedureCall.Argument argument(ProcedureCall call, int position) {
    return call.arguments().get(position);
  }

  private static int number(ProcedureCall call, int position) {
    Object value = position < call.arguments().size() ? argument(call, position).value() : null;
    return value instanceof Number number ? number.intValue() : 0;
  }

  private Cursor cursor(ProcedureCall call) {
    Cursor cursor = session.cursors.get(number(call, 0));
    if (cursor == null) {
      throw new SqlErrorException(
          16909,
          16,
          call.name()
              + ": The cursor identifier value provided ("
              + number(call, 0)
              + ") is not valid.");
    }
    return cursor;
  }

  /** The cursor is argument {@code at}; then its kind, concurrency and count of rows. */
  private void open(TdsSession.Prepared prepared, ProcedureCall call, int at, int parameters) {
    int options = at == 0 ? 2 : call.name().equals("sp_cursorprepexec") ? 4 : 2;
    Cursor cursor =
        interpreter.cursor(prepared, call.from(Math.min(parameters, call.arguments().size())));
    argument(call, at).value(session.newCursor(cursor));
    int wanted = number(call, options) & KINDS;
    cursor.kind(wanted == 0 ? STATIC : wanted);
    set(call, options, cursor.kind());
    set(call, options + 1, READ_ONLY);
    set(call, options + 2, cursor.count());
    columns(cursor);
    done(0);
  }

  private static void set(ProcedureCall call, int position, int value) {
    if (position < call.arguments().size() && argument(call, position).output()) {
      argument(call, position).value(value);
    }
  }

  private void columns(Cursor cursor) {
    List<TokenWriter.Column> all = new ArrayList<>(cursor.columns());
    all.add(new TokenWriter.Column("ROWSTAT", new TypeInfo(TypeInfo.INT4, 4), 0));
    session.results.columns(all);
    session.results.tokens().hideLast(all.size());
  }

  private void done(long rows) {
    session.results.done(SELECT, rows, false);
  }

  private void fetch(ProcedureCall call) {
    Cursor cursor = cursor(call);
    if ((number(call, 1) & INFORMATION) != 0) {
      set(call, 2, cursor.row());
      set(call, 3, cursor.count());
      return;
    }
    int count = call.arguments().size() > 3 ? number(call, 3) : 20;
    List<Object[]> rows = cursor.fetch(number(call, 1), number(call, 2), count);
    List<TokenWriter.Column> all = new ArrayList<>(cursor.columns());
    all.add(new TokenWriter.Column("ROWSTAT", new TypeInfo(TypeInfo.INT4, 4), 0));
    if ((session.callFlags & NO_METADATA) != 0) {
      session.results.tokens().noColumns();
    } else {
      columns(cursor);
    }
    for (Object[] row : rows) {
      Object[] values = Arrays.copyOf(row, row.length + 1);
      values[row.length] = ROW_FETCHED;
      session.results.row(all, values);
    }
    done(rows.size());
  }
}
