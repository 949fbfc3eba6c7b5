package dev.heimdall.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OrdersTest {
  private final List<String> done = new ArrayList<>();
  private final CompletableFuture<String> slow = new CompletableFuture<>();
  private final Orders orders =
      new Orders(
          "http://manager.example",
          (kind, parameters) -> {
            done.add(kind + parameters);
            return switch (kind) {
              case "slow" -> slow;
              case "refused" -> throw new Commands.Refused("not now");
              case "failing" -> CompletableFuture.failedFuture(new IllegalStateException("broken"));
              default -> CompletableFuture.completedFuture("fine");
            };
          });

  private void answer(String... idsAndKinds) throws IOException {
    StringBuilder commands = new StringBuilder();
    for (int i = 0; i < idsAndKinds.length; i += 2) {
      commands.append(
          "%s{\"id\": \"%s\", \"kind\": \"%s\", \"parameters\": {\"table\": \"t\"}}"
              .formatted(i == 0 ? "" : ",", idsAndKinds[i], idsAndKinds[i + 1]));
    }
    orders.take(ReportContent.JSON.readTree("{\"commands\": [" + commands + "]}"));
  }

  private List<String> told() {
    ObjectNode report = ReportContent.JSON.createObjectNode();
    orders.tell(report);
    List<String> told = new ArrayList<>();
    for (JsonNode one : report.path("orders")) {
      told.add(
          one.path("id").asText()
              + " "
              + one.path("state").asText()
              + " "
              + one.path("detail").asText());
    }
    return told;
  }

  @Test
  void aCommandIsCarriedOutOnceHoweverOftenItIsSent() throws Exception {
    answer("1", "reload");
    answer("1", "reload", "2", "reload");
    assertThat(done).containsExactly("reload{table=t}", "reload{table=t}");
  }

  @Test
  void whatCameOfItIsToldUntilItIsHeard() throws Exception {
    answer("1", "reload", "2", "refused", "3", "failing", "4", "slow");
    List<String> all = List.of("1 done fine", "2 failed not now", "3 failed broken", "4 running ");
    assertThat(told()).isEqualTo(all);
    assertThat(told()).as("the report may be lost").isEqualTo(all);

    List<String> over = orders.tell(ReportContent.JSON.createObjectNode());
    slow.complete("late");
    orders.heard(over);
    assertThat(told()).as("it was under way in the report").containsExactly("4 done late");
    answer("1", "reload");
    assertThat(done).hasSize(4);
  }

  @Test
  void theOldestAreForgotten() throws Exception {
    for (int i = 0; i < 150; i++) {
      answer("id-" + i, "reload");
    }
    assertThat(told()).hasSize(100).last().isEqualTo("id-149 done fine");
  }
}
