package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.answer.TdsErrors;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Meaning of a client's remote procedure calls: the statement that they carry out. */
final class RpcRequests {
  private static final String RESET = "(.*\\.)?\\[?sp_reset_connection]?";

  private final HandledClient client;
  private final StatementRegistry registry;
  private final PreparedHandles handles;

  RpcRequests(HandledClient client, StatementRegistry registry) {
    this.client = client;
    this.registry = registry;
    this.handles = new PreparedHandles(registry);
  }

  PreparedHandles handles() {
    return handles;
  }

  /** Reason to reject the calls of a request; null for none. */
  ServerError refusal(List<RpcCall> calls) {
    String text = null;
    for (RpcCall call : calls) {
      ServerError error = refusal(call, calls.size());
      if (error != null) {
        return error;
      }
      if (call.procedure() != calls.get(0).procedure()) {
        return unsupported("calls of different procedures in one request");
      }
      if (call.procedure() == RpcProcedure.UNPREPARE) {
        continue;
      }
      if (call.procedure() == RpcProcedure.EXECUTE && call.handle() != calls.get(0).handle()) {
        return unsupported("executions of different handles in one request");
      }
      if (calls.size() > 1 && isReset(List.of(call))) {
        return unsupported("sp_reset_connection among other calls");
      }
      String statement = statement(call);
      if (text != null && !Objects.equals(text, statement)) {
        return unsupported("calls of different statements in one request");
      }
      text = statement;
    }
    return null;
  }

  private ServerError refusal(RpcCall call, int calls) {
    switch (call.procedure()) {
      case RpcProcedure.EXECUTE, RpcProcedure.UNPREPARE -> {
        if (handles.get(call.handle()) == null || call.handleAt() < 0) {
          return unknown(call.handle());
        }
      }
      case RpcProcedure.EXECUTE_SQL -> {
        if (call.statement() == null) {
          return unsupported("a statement that is no nvarchar");
        }
      }
      case RpcProcedure.PREPARE, RpcProcedure.PREPARE_EXECUTE -> {
        if (call.statement() == null || calls > 1) {
          return unsupported("this preparation of a statement");
        }
        ServerError full = registry.refusesAnother();
        if (full != null) {
          return full;
        }
        if (client.preparedLimit() > 0 && handles.size() >= client.preparedLimit()) {
          return ServerError.error(
              Sqlstate.CONFIGURATION_LIMIT_EXCEEDED,
              "the client has " + handles.size() + " prepared statements, as many as it may");
        }
      }
      case RpcProcedure.OTHER -> {}
      default -> {
        return unsupported(
            call.ofCursor() ? "a cursor by remote procedure calls" : "sp_prepexecrpc");
      }
    }
    return null;
  }

  private static ServerError unsupported(String what) {
    return ServerError.error(
        Sqlstate.FEATURE_NOT_SUPPORTED, "this proxy does not support " + what + " yet");
  }

  /** True if a request is the procedure by which some clients have their session reset. */
  static boolean isReset(List<RpcCall> calls) {
    return calls != null
        && calls.size() == 1
        && calls.get(0).procedure() == RpcProcedure.OTHER
        && calls.get(0).name().toLowerCase(Locale.ROOT).matches(RESET);
  }

  /** The handles that a request unprepares; none for another request. */
  static List<Integer> unprepared(List<RpcCall> calls) {
    return calls.get(0).procedure() == RpcProcedure.UNPREPARE
        ? calls.stream().map(RpcCall::handle).toList()
        : List.of();
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
      case RpcProcedure.OTHER -> "EXEC " + call.name();
      case RpcProcedure.EXECUTE, RpcProcedure.UNPREPARE -> handles.get(call.handle()).statement();
      default -> call.statement();
    };
  }

  /** Adds the statement that a call prepares; returns the client's handle for it. */
  int add(RpcCall call, StatementFacts facts) {
    return handles.add(
        new PreparedHandles.Prepared(call.declarations(), call.statement()),
        facts,
        client.schemaEpoch());
  }
}
