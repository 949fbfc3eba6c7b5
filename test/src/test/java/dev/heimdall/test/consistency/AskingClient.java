package dev.heimdall.test.consistency;

import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What a client of PostgreSQL asks, and what it is answered. */
abstract class AskingClient extends JudgedClient {
  RawClient client;
  SessionModel model;

  AskingClient(int number, Journal journal, long seed, BooleanSupplier goesOn) {
    super(number, journal, seed, goesOn);
  }

  @Override
  final boolean inTransaction() {
    return model != null && model.inTransaction();
  }

  @Override
  final void vanish() {
    try {
      if (client != null) {
        client.vanish();
      }
    } catch (IOException e) {
      note("cannot close: " + e);
    }
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
}
