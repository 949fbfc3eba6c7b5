package dev.heimdall.manager.problems;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.web.Answer;
import java.util.List;

/** {@code /api/v1/problems}: what is wrong at the moment, the worst first. */
record ProblemsPath(Problems problems) implements Resource {
  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/v1/problems", Permission.READ_CONFIGURATION, call -> list())
            .saying("Lists what is wrong at the moment, the worst first"));
  }

  private Answer list() {
    ObjectNode body = Answer.JSON.createObjectNode();
    ArrayNode list = body.putArray("problems");
    for (Problem problem : problems.now()) {
      Finding finding = problem.finding();
      ObjectNode one = list.addObject();
      one.put("id", problem.alert().map(Alert::id).orElse(null))
          .put("state", problem.state().spelling())
          .put("kind", finding.kind().spelling())
          .put("severity", finding.critical() ? "critical" : "warning")
          .put("about", finding.about())
          .put("since", problem.since().toString())
          .put("words", finding.words() + ".")
          .put("detail", finding.detail())
          .put("effect", finding.kind().effect())
          .put("next", finding.kind().next())
          .put("silenced", problem.silence().isPresent());
      one.put(
          "acknowledgedBy",
          problem.alert().flatMap(Alert::acknowledged).map(Alert.Acknowledged::by).orElse(null));
    }
    return Answer.json(200, body);
  }
}
