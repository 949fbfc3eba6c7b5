package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.server.CursorOptions;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.TdsRpcListener;
import dev.heimdall.engine.wire.sqlserver.TdsRpcScanner;
import dev.heimdall.engine.wire.sqlserver.TdsText;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls of a request while it arrives. What a call is judged by stands ahead of the values of its
 * statement's parameters: it is known when the first of these begins.
 */
final class CallScan implements TdsRpcListener {
  private static final int BY_REFERENCE = 1;
  private static final int NO_PLACE = Integer.MAX_VALUE;

  private final TdsRpcScanner scanner;
  private List<RpcCall> calls = new ArrayList<>();
  private boolean known;
  private int procedure;
  private String name;
  private String statement;
  private String declarations;
  private int handle;
  private int handleAt;
  private int statementAt;
  private int cursor;
  private int scroll;
  private int locking;
  private int outputs;

  /** Texts that the call may run, whichever parameters they are; null where its name says which. */
  private List<String> texts;

  /** True if the parameter at the place of the statement has the name of another one. */
  private boolean misnamed;

  /** Reason that a call cannot be judged; null for none. */
  private String flaw;

  /** Begins a request. */
  CallScan(TdsVersion version, int mostText) {
    scanner = new TdsRpcScanner(this, mostText);
    scanner.version(version);
    scanner.begin();
  }

  /** Takes a run of the payload. */
  void on(ByteBuf in, int from, int to) {
    scanner.on(in, from, to);
  }

  /** The request ends. */
  void end() {
    scanner.end();
  }

  /** True if all is known of the call that has begun last. */
  boolean isKnown() {
    return known;
  }

  /** Reason that a call of the request cannot be judged; null for none. */
  String flaw() {
    return flaw;
  }

  /** Gives away the calls that are known since it was asked for them before. */
  List<RpcCall> take() {
    List<RpcCall> taken = calls;
    calls = new ArrayList<>();
    if (flaw != null && !taken.isEmpty()) {
      taken.set(taken.size() - 1, taken.get(taken.size() - 1).flawed(flaw));
    }
    return taken;
  }

  @Override
  public void call(int number, TdsText called, int options) {
    procedure = number;
    name = called.text();
    statement = null;
    declarations = null;
    handle = 0;
    handleAt = -1;
    statementAt = -1;
    cursor = 0;
    scroll = 0;
    locking = 0;
    outputs = 0;
    texts = scanner.runsTexts() ? new ArrayList<>(1) : null;
    misnamed = false;
    if (called.isCut()) {
      flaw = "a procedure's name of more than 4096 bytes";
    }
    know(0);
  }

  @Override
  public void parameter(int index, TdsText called, int status, int type) {
    if (called.length() > 0) {
      named(index, called);
    }
    know(index);
    if ((status & BY_REFERENCE) != 0 && index < Integer.SIZE) {
      outputs |= 1 << index;
    }
  }

  /** Servers put names of parameters into statements of their own. */
  private void named(int index, TdsText called) {
    if (!RpcProcedure.namesParameter(called)) {
      flaw = "a parameter whose name is no identifier";
      return;
    }
    boolean ofStatement = RpcProcedure.namesStatement(called);
    if (index == RpcProcedure.statementAt(procedure)) {
      misnamed = !ofStatement;
    } else if (ofStatement && (misnamed || index < RpcProcedure.statementAt(procedure))) {
      flaw = "parameters in another order than that of their procedure";
    }
  }

  /** Nothing but what is ahead of this parameter was read. */
  private void know(int parameter) {
    int last = texts == null ? RpcProcedure.lastKnownAt(procedure) : NO_PLACE;
    if (!known && parameter > last) {
      add();
    }
  }

  @Override
  public void statementAt(long offset) {
    statementAt = (int) offset;
  }

  @Override
  public void statement(TdsText text, boolean readable) {
    statement = readable && !text.isCut() ? text.text() : null;
  }

  @Override
  public void text(TdsText text, boolean readable) {
    if (!readable || text.isCut()) {
      flaw = "a value that is no nvarchar, of a procedure that may run it";
    } else if (text.length() > 0) {
      texts.add(text.text());
    }
  }

  @Override
  public void declarations(TdsText text) {
    declarations = text.isCut() ? null : text.text();
  }

  @Override
  public void handle(int number, long offset) {
    handle = number;
    handleAt = (int) offset;
  }

  @Override
  public void cursor(int number, long offset) {
    cursor = number;
  }

  @Override
  public void cursorOption(int index, int value) {
    if (index == 0) {
      scroll = value;
    } else {
      locking = value;
    }
  }

  @Override
  public void endCall(boolean another) {
    if (!known) {
      add();
    }
    known = !another;
  }

  private void add() {
    known = true;
    CursorOptions options =
        RpcProcedure.preparesCursor(procedure) ? new CursorOptions(scroll, locking) : null;
    calls.add(
        new RpcCall(
            procedure,
            name,
            statement,
            declarations,
            handle,
            handleAt,
            statementAt,
            cursor,
            options,
            outputs,
            texts,
            null));
  }
}
