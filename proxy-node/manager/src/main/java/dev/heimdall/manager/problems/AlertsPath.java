package dev.heimdall.manager.problems;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.rest.Call;
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

  private static final Shape ALERT =
      Shape.object()
          .with("id", Shape.text(""))
          .with("state", Shape.word("", List.of("firing", "resolved")))
          .with("kind", Shape.text("A word for programs."))
          .with("severity", Shape.word("", List.of("critical", "warning")))
          .with("about", Shape.text("The node, cluster or the like."))
          .with("words", Shape.text("What is wrong."))
          .with("detail", Shape.text(""))
          .with("effect", Shape.text("What it means for clients."))
          .with("next", Shape.text("What to do."))
          .with("startsAt", Shape.time(""))
          .with("endsAt", Shape.time("Null: it goes on.").orNull())
          .with("silenced", Shape.truth("Whether it is silenced."))
          .with("nodes", Shape.list("Those that have it or see it.", Shape.text("")))
          .maybe(
              "acknowledged",
              Shape.object("Who looks after it.")
                  .with("by", Shape.text(""))
                  .with("at", Shape.time(""))
                  .with("comment", Shape.text("")));
  private static final Shape SILENCE =
      Shape.object()
          .with("id", Shape.text(""))
          .with("kind", Shape.text("Empty: of every kind."))
          .with("about", Shape.text("Empty: about everything."))
          .with("node", Shape.text("Empty: of all nodes."))
          .with("until", Shape.time(""))
          .with("by", Shape.text("Who wants it."))
          .with("at", Shape.time("Since when."))
          .with("reason", Shape.text(""));

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(ALERTS, Permission.READ_CONFIGURATION, call -> list(call.request()))
            .saying(
                OperationText.of("Lists the alerts that go on, and those that ended last")
                    .paged()
                    .answers(Slice.shape("alerts", ALERT))),
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
    ObjectNode body = Answer.JSON.createObjectNode();
    ArrayNode alerts = body.putArray("alerts");
    AlertBook book = problems.book();
    Slice.Part<Alert> part = Slice.of(request).asListed(book.alerts(), Alert::id);
    Instant now = problems.moment();
    for (Alert alert : part.items()) {
      ObjectNode one = words(alert);
      one.put("silenced", alert.isOpen() && book.silence(alert, now).isPresent());
      alerts.add(one);
    }
    return Answer.json(200, part.tell(body));
  }

  /** An alert in JSON. */
  public static ObjectNode words(Alert alert) {
    ObjectNode one =
        Answer.JSON
            .createObjectNode()
            .put("id", alert.id())
            .put("state", alert.isOpen() ? "firing" : "resolved")
            .put("kind", alert.kind())
            .put("severity", alert.severity())
            .put("about", alert.about())
            .put("words", alert.words() + ".")
            .put("detail", alert.detail())
            .put("effect", alert.effect())
            .put("next", alert.next())
            .put("startsAt", alert.started().toString())
            .put("endsAt", alert.ended().map(Instant::toString).orElse(null));
    alert.nodes().forEach(one.putArray("nodes")::add);
    alert.acknowledged().ifPresent(by -> by.write(one.putObject("acknowledged")));
    return one;
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
    ObjectNode body = Answer.JSON.createObjectNode();
    ArrayNode all = body.putArray("silences");
    Slice.Part<Silence> part =
        Slice.of(request).byTime(problems.edits().silences(), Silence::at, Silence::id);
    for (Silence silence : part.items()) {
      all.addObject()
          .put("id", silence.id())
          .put("kind", silence.kind())
          .put("about", silence.about())
          .put("node", silence.node())
          .put("until", silence.until().toString())
          .put("by", silence.by())
          .put("at", silence.at().toString())
          .put("reason", silence.reason());
    }
    return Answer.json(200, part.tell(body));
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
