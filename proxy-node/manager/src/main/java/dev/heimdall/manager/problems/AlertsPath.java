package dev.heimdall.manager.problems;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.rest.Call;
import dev.heimdall.manager.rest.Fields;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.OperationText;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.rest.Shape;
import dev.heimdall.manager.rest.Slice;
import dev.heimdall.manager.rest.StrictBody;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** {@code /api/v1/alerts} and {@code /api/v1/silences}: what is and was wrong, and who knows it. */
public record AlertsPath(Problems problems) implements Resource {
  private static final String ALERTS = "/api/v1/alerts";
  private static final String ACKNOWLEDGEMENT = ALERTS + "/{id}/acknowledgement";
  private static final String SILENCES = "/api/v1/silences";
  private static final int LARGEST_BODY = 16 << 10;

  private static final Fields<Alert.Acknowledged> ACKNOWLEDGED =
      Fields.<Alert.Acknowledged>of("Who looks after it.")
          .with("by", Shape.text(""), Alert.Acknowledged::by)
          .with("at", Shape.time(""), Alert.Acknowledged::at)
          .with("comment", Shape.text(""), Alert.Acknowledged::comment);

  /** An alert; lists say besides whether it is silenced. */
  public static final Fields<Alert> ALERT =
      Fields.<Alert>of()
          .with("id", Shape.text(""), Alert::id)
          .with(
              "state",
              Shape.word("", List.of("firing", "resolved")),
              alert -> alert.isOpen() ? "firing" : "resolved")
          .with("kind", Shape.text("A word for programs."), Alert::kind)
          .with("severity", Shape.word("", List.of("critical", "warning")), Alert::severity)
          .with("about", Shape.text("The node, cluster or the like."), Alert::about)
          .with("words", Shape.text("What is wrong."), alert -> alert.words() + ".")
          .with("detail", Shape.text(""), Alert::detail)
          .with("effect", Shape.text("What it means for clients."), Alert::effect)
          .with("next", Shape.text("What to do."), Alert::next)
          .with("startsAt", Shape.time(""), Alert::started)
          .with("endsAt", Shape.time("Null: it goes on.").orNull(), Alert::ended)
          .with("nodes", Shape.list("Those that have it or see it.", Shape.text("")), Alert::nodes)
          .maybe("acknowledged", ACKNOWLEDGED, Alert::acknowledged);

  private static final Fields<Silence> SILENCE =
      Fields.<Silence>of()
          .with("id", Shape.text(""), Silence::id)
          .with("kind", Shape.text("Empty: of every kind."), Silence::kind)
          .with("about", Shape.text("Empty: about everything."), Silence::about)
          .with("node", Shape.text("Empty: of all nodes."), Silence::node)
          .with("until", Shape.time(""), Silence::until)
          .with("by", Shape.text("Who wants it."), Silence::by)
          .with("at", Shape.time("Since when."), Silence::at)
          .with("reason", Shape.text(""), Silence::reason);

  private Fields<Alert> listed() {
    AlertBook book = problems.book();
    Instant now = problems.moment();
    return ALERT.with(
        "silenced",
        Shape.truth("Whether it is silenced."),
        alert -> alert.isOpen() && book.silence(alert, now).isPresent());
  }

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(ALERTS, Permission.READ_CONFIGURATION, call -> list(call.request()))
            .saying(
                OperationText.of("Lists the alerts that go on, and those that ended last")
                    .paged()
                    .answers(Slice.shape("alerts", listed()))),
        new Operation(
                "PUT", ACKNOWLEDGEMENT, Permission.OPERATE_NODES, LARGEST_BODY, this::acknowledge)
            .saying(
                OperationText.of("Acknowledges an alert")
                    .takes(
                        Shape.object()
                            .maybe("comment", Shape.text("What the others should know."))
                            .only())
                    .answers(204)),
        new Operation("DELETE", ACKNOWLEDGEMENT, Permission.OPERATE_NODES, 0, this::release)
            .saying(OperationText.of("Takes the acknowledgement back").answers(204)),
        Operation.get(SILENCES, Permission.READ_CONFIGURATION, call -> silences(call.request()))
            .saying(
                OperationText.of("Lists the silences that hold")
                    .paged()
                    .answers(Slice.shape("silences", SILENCE))),
        new Operation("POST", SILENCES, Permission.OPERATE_NODES, LARGEST_BODY, this::silence)
            .saying(
                OperationText.of("Keeps notifications of some alerts back for a while")
                    .takes(
                        Shape.object()
                            .maybe("kind", Shape.text("Of this kind alone."))
                            .maybe(
                                "about", Shape.text("Of this cluster or virtual database alone."))
                            .maybe("node", Shape.text("What this node alone has or sees."))
                            .with("until", Shape.text("A time within 90 days."))
                            .with("reason", Shape.text("Why."))
                            .only())
                    .answers(201, Shape.object().with("id", Shape.text("")))),
        new Operation("DELETE", SILENCES + "/{id}", Permission.OPERATE_NODES, 0, this::end)
            .saying(OperationText.of("Ends a silence").answers(204)));
  }

  private Answer list(Request request) throws Refusal {
    return Answer.json(
        200,
        Slice.of(request).asListed(problems.book().alerts(), Alert::id).body("alerts", listed()));
  }

  private Answer acknowledge(Call call) throws Refusal, StoreException {
    JsonNode body = StrictBody.of(call.request(), LARGEST_BODY, Set.of("comment"));
    problems
        .edits()
        .acknowledge(call.part(), StrictBody.text(body, "comment").orElse(""), call.author());
    return Answer.empty(204);
  }

  private Answer release(Call call) throws Refusal, StoreException {
    problems.edits().release(call.part(), call.author());
    return Answer.empty(204);
  }

  private Answer silences(Request request) throws Refusal {
    return Answer.json(
        200,
        Slice.of(request)
            .byTime(problems.edits().silences(), Silence::at, Silence::id)
            .body("silences", SILENCE));
  }

  private Answer silence(Call call) throws Refusal, StoreException {
    JsonNode body =
        StrictBody.of(
            call.request(), LARGEST_BODY, Set.of("kind", "about", "node", "until", "reason"));
    Instant until =
        Request.time(StrictBody.text(body, "until").orElse(""))
            .orElseThrow(() -> Request.bad("$.until: expected a time, such as 2026-01-02T03:04Z."));
    String id =
        problems
            .edits()
            .silence(
                new AlertEdits.SilenceRequest(
                    StrictBody.text(body, "kind").orElse(""),
                    StrictBody.text(body, "about").orElse(""),
                    StrictBody.text(body, "node").orElse(""),
                    Duration.between(problems.moment(), until),
                    StrictBody.text(body, "reason").orElse("")),
                call.author());
    return Answer.json(201, Answer.JSON.createObjectNode().put("id", id));
  }

  private Answer end(Call call) throws Refusal, StoreException {
    problems.edits().endSilence(call.part(), call.author());
    return Answer.empty(204);
  }
}
