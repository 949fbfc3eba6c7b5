package dev.heimdall.test.consistency;

import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What a client asks, what it is answered, and what is written down where that is wrong. */
abstract class AskingClient {
  private static final int KEPT = 60;

  final int number;
  final Journal journal;
  final Random random;
  final ArrayDeque<String> history = new ArrayDeque<>();

  RawClient client;
  SessionModel model;
  String backend;
  int counter;

  AskingClient(int number, Journal journal, Random random) {
    this.number = number;
    this.journal = journal;
    this.random = random;
  }

  /** The model and the session no longer agree: this session is given up. */
  static final class Disagreement extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** One answer, up to ReadyForQuery. */
  record Answer(List<List<String>> rows, Message error, char status, String types) {
    String single() {
      return rows.isEmpty() ? null : rows.get(0).get(0);
    }
  }

  final void must(String sql) throws IOException, Disagreement {
    must(true, sql);
  }

  final void must(boolean anyProtocol, String sql) throws IOException, Disagreement {
    expectSuccess(ask(anyProtocol, sql), "error");
  }

  final Answer ask(String sql) throws IOException, Disagreement {
    return ask(true, sql);
  }

  final Answer ask(boolean anyProtocol, String sql) throws IOException, Disagreement {
    boolean extended = anyProtocol && random.nextInt(3) == 0;
    note((extended ? "extended: " : "simple: ") + sql);
    model.unnamed(null);
    if (extended) {
      client.send(Frontend.statement(sql), Frontend.sync());
    } else {
      client.send(Frontend.query(sql));
    }
    return answer();
  }

  final Answer answer() throws IOException {
    List<List<String>> rows = new ArrayList<>();
    Message error = null;
    StringBuilder types = new StringBuilder();
    while (true) {
      Message message = client.receive();
      types.append(message.type() == 'C' ? message.toString() : message.type());
      switch (message.type()) {
        case 'D' -> rows.add(message.columns());
        case 'E' -> {
          error = error == null ? message : error;
          note("  " + message);
        }
        case 'Z' -> {
          return new Answer(rows, error, message.status(), types.toString());
        }
        default -> {}
      }
    }
  }

  final void expectSuccess(Answer answer, String kind) throws Disagreement {
    if (answer.error() != null) {
      violated(kind, "unexpected " + answer.error());
    }
  }

  final void expectError(Answer answer, String sqlState) throws Disagreement {
    if (answer.error() == null || !sqlState.equals(answer.error().sqlState())) {
      violated("error", "expected " + sqlState + " and got " + answer);
    }
    model.statementFailed();
  }

  final void violated(String kind, String what) throws Disagreement {
    journal.violation(kind, "client " + number + ": " + what, List.copyOf(history), backend);
    throw new Disagreement();
  }

  final void note(String what) {
    history.add(what);
    if (history.size() > KEPT) {
      history.remove();
    }
    if (backend != null && model != null && model.inTransaction()) {
      journal.onServer(backend, "client " + number + " in transaction: " + what);
    }
  }

  final String unique() {
    return "c" + number + "_" + ++counter;
  }
}
