package dev.heimdall.engine.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands that one manager has sent, and what came of them until it has heard that. A command is
 * carried out once, however often it is sent: its answer may be lost on the way.
 */
final class Orders {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.report");

  private static final int MOST = 100;

  private enum State {
    RUNNING("running"),
    DONE("done"),
    FAILED("failed");

    private final String word;

    State(String word) {
      this.word = word;
    }
  }

  private record Outcome(State state, String detail, boolean heard) {}

  private final String manager;
  private final Commands commands;
  private final Map<String, Outcome> outcomes = new LinkedHashMap<>();

  Orders(String manager, Commands commands) {
    this.manager = manager;
    this.commands = commands;
  }

  /** Puts into a report what the manager has not heard of yet; the ids of what is over. */
  synchronized List<String> tell(ObjectNode report) {
    List<String> over = new ArrayList<>();
    ArrayNode all = report.putArray("orders");
    outcomes.forEach(
        (id, outcome) -> {
          if (!outcome.heard()) {
            all.addObject()
                .put("id", id)
                .put("state", outcome.state().word)
                .put("detail", outcome.detail());
            if (outcome.state() != State.RUNNING) {
              over.add(id);
            }
          }
        });
    return over;
  }

  /** The manager has heard of these. */
  synchronized void heard(List<String> ids) {
    ids.forEach(
        id ->
            outcomes.computeIfPresent(
                id, (same, was) -> new Outcome(was.state(), was.detail(), true)));
  }

  /** Carries out what is new in a manager's answer. */
  void take(JsonNode answer) {
    for (JsonNode order : answer.path("commands")) {
      String id = order.path("id").asText();
      String kind = order.path("kind").asText();
      if (!id.isEmpty() && begun(id)) {
        Map<String, String> parameters = new HashMap<>();
        order
            .path("parameters")
            .properties()
            .forEach(one -> parameters.put(one.getKey(), one.getValue().asText()));
        carryOut(id, kind, parameters);
      }
    }
  }

  private synchronized boolean begun(String id) {
    if (outcomes.containsKey(id)) {
      return false;
    }
    if (outcomes.size() >= MOST) {
      outcomes.remove(outcomes.keySet().iterator().next());
    }
    outcomes.put(id, new Outcome(State.RUNNING, "", false));
    return true;
  }

  private void carryOut(String id, String kind, Map<String, String> parameters) {
    // Statements are in no log, not even their patterns.
    Map<String, String> shown = new TreeMap<>(parameters);
    shown.remove("statement");
    LOG.info("the manager at {} sends the command {} {}", manager, kind, shown);
    try {
      commands
          .carryOut(kind, parameters)
          .whenComplete(
              (said, failure) -> {
                if (failure == null) {
                  over(id, State.DONE, said);
                } else {
                  over(id, State.FAILED, words(failure));
                }
              });
    } catch (RuntimeException e) {
      over(id, State.FAILED, words(e));
    }
  }

  private static String words(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  private synchronized void over(String id, State state, String detail) {
    outcomes.put(id, new Outcome(state, detail, false));
    LOG.info("a command of the manager at {} is {}: {}", manager, state.word, detail);
  }
}
