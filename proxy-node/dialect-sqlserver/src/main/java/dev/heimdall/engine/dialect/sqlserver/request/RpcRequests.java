package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.answer.TdsErrors;
import dev.heimdall.engine.journal.TransactionReplay;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.state.CarriedSettings;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Meaning of a client's remote procedure calls: the statement that they carry out. */
final class RpcRequests {
  private final HandledClient client;
  private final StatementRegistry registry;
  private final CarriedSettings settings;
  private final PreparedHandles handles;

  RpcRequests(
      HandledClient client,
      StatementRegistry registry,
      TransactionReplay notes,
      CarriedSettings settings) {
    this.client = client;
    this.registry = registry;
    this.settings = settings;
    this.handles = new PreparedHandles(registry, notes);
  }

  PreparedHandles handles() {
    return handles;
  }

  /** Reason to reject the calls of a request; null for none. */
  ServerError refusal(List<RpcCall> calls) {
    boolean prepared = false;
    for (RpcCall call : calls) {
      ServerError error = refusal(call, calls.get(0), calls.size(), prepared);
      if (error != null) {
        return error;
      }
      prepared |= call.prepares();
    }
    return null;
  }

  /**
   * Reason to reject a call; null for none.
   *
   * @param first call of its request
   * @param calls so many are known of its request
   * @param prepared whether a call ahead of it makes a handle
   */
  ServerError refusal(RpcCall call, RpcCall first, int calls, boolean prepared) {
    ServerError error = refusal(call, calls);
    if (error != null) {
      return error;
    }
    if (calls > 1 && isReset(List.of(call))) {
      return unsupported("sp_reset_connection among other calls");
    }
    // The place of a new handle alone distinguishes it from the return values of other procedures.
    boolean prepares = prepared || call.prepares();
    if (prepares && (prepared && call.prepares() || isOther(call) || isOther(first))) {
      return unsupported("this preparation of a statement");
    }
    if (call.mixes() && first.mixes()) {
      return null;
    }
    boolean cursors = call.usesCursor() && first.usesCursor();
    return call.procedure() != first.procedure() && !cursors
        ? unsupported("calls of such different procedures in one request")
        : null;
  }

  private static boolean isOther(RpcCall call) {
    return call.procedure() == RpcProcedure.OTHER;
  }

  private ServerError refusal(RpcCall call, int calls) {
    if (call.flaw() != null) {
      return unsupported(call.flaw());
    }
    switch (call.procedure()) {
      case RpcProcedure.EXECUTE,
          RpcProcedure.UNPREPARE,
          RpcProcedure.CURSOR_EXECUTE,
          RpcProcedure.CURSOR_UNPREPARE -> {
        PreparedHandles.Prepared known = handles.get(call.handle());
        if (known == null || call.handleAt() < 0 || call.ofCursors() != (known.cursors() != null)) {
          return unknown(call.handle());
        }
      }
      case RpcProcedure.EXECUTE_SQL, RpcProcedure.CURSOR_OPEN -> {
        if (call.statement() == null) {
          return unsupported("a statement that is no nvarchar");
        }
      }
      case RpcProcedure.PREPARE,
          RpcProcedure.PREPARE_EXECUTE,
          RpcProcedure.PREPARE_EXECUTE_RPC,
          RpcProcedure.CURSOR_PREPARE,
          RpcProcedure.CURSOR_PREPARE_EXECUTE -> {
        if (call.statement() == null || (calls > 1 && !call.mixes())) {
          return unsupported("this preparation of a statement");
        }
        ServerError full = registry.refusesAnother();
        if (full != null) {
          return full;
        }
        int others = handles.size() - (handles.get(call.handle()) == null ? 0 : 1);
        if (client.preparedLimit() > 0 && others >= client.preparedLimit()) {
          return ServerError.error(
              Sqlstate.CONFIGURATION_LIMIT_EXCEEDED,
              "the client has " + handles.size() + " prepared statements, as many as it may");
        }
      }
      case RpcProcedure.OTHER -> {
        if (RpcProcedure.mayTakeHandle(call.name())) {
          return unsupported("a handle in a call by such a name");
        }
      }
      case RpcProcedure.CURSOR,
          RpcProcedure.CURSOR_FETCH,
          RpcProcedure.CURSOR_OPTION,
          RpcProcedure.CURSOR_CLOSE -> {}
      default -> {
        return unsupported("the procedure of number " + call.procedure());
      }
    }
    return null;
  }

  static ServerError unsupported(String what) {
    return ServerError.error(
        Sqlstate.FEATURE_NOT_SUPPORTED, "this proxy does not support " + what + " yet");
  }

  /** True if a request is the procedure by which some clients have their session reset. */
  static boolean isReset(List<RpcCall> calls) {
    return calls != null
        && calls.size() == 1
        && calls.get(0).procedure() == RpcProcedure.OTHER
        && RpcProcedure.resets(calls.get(0).name());
  }

  /** The handles that a request unprepares; none for another request. */
  static List<Integer> unprepared(List<RpcCall> calls) {
    return calls.get(0).unprepares() ? calls.stream().map(RpcCall::handle).toList() : List.of();
  }

  /** An error for a handle that the client does not have; null where it has them all. */
  ServerError unknown(List<Integer> wanted) {
    return wanted.stream()
        .filter(handle -> handles.get(handle) == null)
        .findFirst()
        .map(RpcRequests::unknown)
        .orElse(null);
  }

  private static ServerError unknown(int handle) {
    return ServerError.error(
            Sqlstate.UNDEFINED_STATEMENT,
            "Could not find prepared statement with handle " + handle + ".")
        .withNumber(TdsErrors.UNDEFINED_HANDLE);
  }

  /** The statement that a call carries out, as text. */
  String statement(RpcCall call) {
    return switch (call.procedure()) {
      case RpcProcedure.OTHER ->
          call.texts() == null ? "EXEC " + call.name() : RunTexts.of(call.name(), call.texts());
      case RpcProcedure.EXECUTE,
          RpcProcedure.UNPREPARE,
          RpcProcedure.CURSOR_EXECUTE,
          RpcProcedure.CURSOR_UNPREPARE ->
          handles.get(call.handle()).statement();
      case RpcProcedure.CURSOR,
          RpcProcedure.CURSOR_FETCH,
          RpcProcedure.CURSOR_OPTION,
          RpcProcedure.CURSOR_CLOSE ->
          "EXEC " + RpcProcedure.name(call.procedure());
      default -> call.statement();
    };
  }

  /** The statements of calls as one text, each once. */
  String text(List<RpcCall> calls) {
    return calls.size() > 1 ? String.join(";\n", statements(calls)) : statement(calls.get(0));
  }

  /** The statements of calls, each once. */
  Set<String> statements(List<RpcCall> calls) {
    Set<String> statements = new LinkedHashSet<>();
    calls.forEach(call -> statements.add(statement(call)));
    return statements;
  }

  /** True if the session has the settings with which it has prepared what a call executes. */
  boolean isAsPrepared(RpcCall call) {
    return handles.get(call.handle()).settings().equals(settings.variables());
  }

  /** Adds the statement that a call prepares; returns the client's handle for it. */
  int add(RpcCall call, StatementFacts facts) {
    return handles.add(
        new PreparedHandles.Prepared(
            call.declarations(), call.statement(), call.options(), settings.variables()),
        facts,
        client.schemaEpoch());
  }
}
