package dev.heimdall.manager.problems;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.OperationText;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.rest.Shape;
import dev.heimdall.manager.rest.Slice;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.util.List;

/** {@code /api/v1/problems}: what is wrong at the moment, the worst first. */
record ProblemsPath(Problems problems) implements Resource {
  private static final Shape PROBLEM =
      Shape.object()
          .with("id", Shape.text("That of the alert; null: none fires yet.").orNull())
          .with("state", Shape.word("", Problem.State.values()))
          .with("kind", Shape.text("A word for programs."))
          .with("severity", Shape.word("", List.of("critical", "warning")))
          .with("about", Shape.text("The node, cluster or the like."))
          .with("since", Shape.time(""))
          .with("words", Shape.text("What is wrong."))
          .with("detail", Shape.text(""))
          .with("nodes", Shape.list("Nodes that have it, or see it.", Shape.text("")))
          .with("effect", Shape.text("What it means for clients."))
          .with("next", Shape.text("What to do."))
          .with("silenced", Shape.truth("Whether it is silenced."))
          .with("acknowledgedBy", Shape.text("Who has acknowledged it; null: no one.").orNull());

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(
                "/api/v1/problems", Permission.READ_CONFIGURATION, call -> list(call.request()))
            .saying(
                OperationText.of("Lists what is wrong at the moment, the worst first")
                    .paged()
                    .answers(Slice.shape("problems", PROBLEM))));
  }

  private Answer list(Request request) throws Refusal {
    Slice.Part<Problem> part =
        Slice.of(request)
            .asListed(
                problems.now(),
                problem -> problem.finding().kind().spelling() + " " + problem.finding().about());
    ObjectNode body = Answer.JSON.createObjectNode();
    ArrayNode list = body.putArray("problems");
    for (Problem problem : part.items()) {
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
          .put("effect", finding.effect())
          .put("next", finding.next())
          .put("silenced", problem.silence().isPresent());
      finding.nodes().forEach(one.putArray("nodes")::add);
      one.put(
          "acknowledgedBy",
          problem.alert().flatMap(Alert::acknowledged).map(Alert.Acknowledged::by).orElse(null));
    }
    return Answer.json(200, part.tell(body));
  }
}
