package dev.heimdall.manager.problems;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.rest.Fields;
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
  private static final Fields<Problem> PROBLEM =
      Fields.<Problem>of()
          .with(
              "id",
              Shape.text("That of the alert; null: none fires yet.").orNull(),
              problem -> problem.alert().map(Alert::id))
          .with(
              "state",
              Shape.word("", Problem.State.values()),
              problem -> problem.state().spelling())
          .with(
              "kind",
              Shape.text("A word for programs."),
              problem -> problem.finding().kind().spelling())
          .with(
              "severity",
              Shape.word("", List.of("critical", "warning")),
              problem -> problem.finding().critical() ? "critical" : "warning")
          .with(
              "about",
              Shape.text("The node, cluster or the like."),
              problem -> problem.finding().about())
          .with("since", Shape.time(""), Problem::since)
          .with("words", Shape.text("What is wrong."), problem -> problem.finding().words() + ".")
          .with("detail", Shape.text(""), problem -> problem.finding().detail())
          .with(
              "nodes",
              Shape.list("Nodes that have it, or see it.", Shape.text("")),
              problem -> problem.finding().nodes())
          .with(
              "effect",
              Shape.text("What it means for clients."),
              problem -> problem.finding().effect())
          .with("next", Shape.text("What to do."), problem -> problem.finding().next())
          .with(
              "silenced",
              Shape.truth("Whether it is silenced."),
              problem -> problem.silence().isPresent())
          .with(
              "acknowledgedBy",
              Shape.text("Who has acknowledged it; null: no one.").orNull(),
              problem -> problem.alert().flatMap(Alert::acknowledged).map(Alert.Acknowledged::by));

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
    return Answer.json(
        200,
        Slice.of(request)
            .asListed(
                problems.now(),
                problem -> problem.finding().kind().spelling() + " " + problem.finding().about())
            .body("problems", PROBLEM));
  }
}
