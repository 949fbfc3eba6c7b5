package dev.heimdall.manager.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.rest.Call;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Site;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ManagerMetricsTest {
  private final Clock clock = Clock.systemUTC();
  private final Requests requests = new Requests();

  @Test
  void requestsAreCountedByTheirAnswersAndDeedsByTheirActions() throws Exception {
    AuditLog audit = new AuditLog(Optional.empty(), clock);
    Site site =
        request -> {
          throw new Refusal(404, "not_found", "nothing");
        };
    Site good = request -> new Site.Admission(0, whole -> Answer.empty(204));
    try (ManagerMetrics metrics = new ManagerMetrics("1.2.3", new Fleet(clock), audit, requests)) {
      requests.through(Requests.Endpoint.PAGES, good).admit(null).work().answer(null);
      try {
        requests.through(Requests.Endpoint.REST, site).admit(null);
      } catch (Refusal e) {
        audit.note(Action.LOG_IN, "a", "127.0.0.1", "");
      }

      Answer answer = metrics.operations().get(0).handler().answer(new Call(null, null, List.of()));

      assertThat(new String(answer.body(), StandardCharsets.UTF_8))
          .contains(
              "heimdall_manager_version{version=\"1.2.3\"} 1.0",
              "heimdall_manager_requests_total{endpoint=\"pages\",status=\"2xx\"} 1.0",
              "heimdall_manager_requests_total{endpoint=\"rest\",status=\"4xx\"} 1.0",
              "heimdall_manager_requests_total{endpoint=\"rest\",status=\"2xx\"} 0.0",
              "heimdall_manager_audit_total{action=\"log_in\"} 1.0",
              "heimdall_manager_nodes{state=\"live\"} 0.0",
              "jvm_memory_used_bytes");
    }
  }
}
