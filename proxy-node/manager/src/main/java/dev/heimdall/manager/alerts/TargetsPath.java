package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.rest.Call;
import dev.heimdall.manager.rest.Fields;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.OperationText;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.rest.Shape;
import dev.heimdall.manager.rest.Slice;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** {@code /api/v1/alert-targets}: who is told of events; never with a secret. */
record TargetsPath(TargetEdits edits) implements Resource {
  private static final String PATH = "/api/v1/alert-targets";
  private static final String ONE = PATH + "/{name}";
  private static final int LARGEST_BODY = 16 << 10;
  private static final String SCHEMA = "alert-target";
  private static final Fields<TargetState.Result> LAST =
      Fields.<TargetState.Result>of("The last message.")
          .with("at", Shape.time(""), TargetState.Result::at)
          .with("arrived", Shape.truth(""), TargetState.Result::arrived)
          .with("words", Shape.text("What became of it."), TargetState.Result::words);
  private static final Shape TARGET =
      Shape.map("And its settings, without secrets.", Shape.any("A setting."))
          .with("name", Shape.text(""))
          .with(TargetType.KEY, Shape.word("How it is reached.", TargetType.values()))
          .with("leftOut", Shape.count("Messages that it was not sent, as there were too many."))
          .maybe("last", LAST.shape());
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(PATH, Permission.CHANGE_CONFIGURATION, call -> list(call.request()))
            .saying(
                OperationText.of("Lists the targets that are notified of events")
                    .paged()
                    .answers(Slice.shape("targets", TARGET))),
        new Operation("PUT", ONE, Permission.CHANGE_CONFIGURATION, LARGEST_BODY, this::put)
            .saying(
                OperationText.of("Makes or changes a target; a secret that is left out stays")
                    .takes(Shape.named(SCHEMA))
                    .answers(204)),
        new Operation("DELETE", ONE, Permission.CHANGE_CONFIGURATION, 0, this::delete)
            .saying(OperationText.of("Deletes a target").answers(204)),
        new Operation("POST", ONE + "/test", Permission.CHANGE_CONFIGURATION, 0, this::test)
            .saying(
                OperationText.of("Sends a target a test, whose result the list has then")
                    .answers(202)));
  }

  @Override
  public Map<String, ObjectNode> schemas() {
    ObjectNode one = Answer.JSON.createObjectNode();
    one.put(
        "description", "A target that is notified of events; the type says which of these it is.");
    for (TargetType type : TargetType.values()) {
      one.withArray("oneOf").add(type.schema());
    }
    return Map.of(SCHEMA, one);
  }

  private Answer list(Request request) throws Refusal, StoreException {
    ObjectNode body = Answer.JSON.createObjectNode();
    ArrayNode all = body.putArray("targets");
    Targets targets = edits.all();
    Slice.Part<Target> part =
        Slice.of(request).byName(List.copyOf(targets.all().values()), Target::name);
    for (Target target : part.items()) {
      ObjectNode one =
          all.addObject().put("name", target.name()).put(TargetType.KEY, target.type().spelling());
      one.setAll(target.type().shown(target));
      TargetState told = targets.told(target.name());
      one.put("leftOut", told.leftOut());
      told.result().ifPresent(result -> one.set("last", LAST.json(result)));
    }
    return Answer.json(200, part.tell(body));
  }

  private Answer put(Call call) throws Refusal, StoreException {
    ObjectNode body = body(call.request());
    JsonNode type = body.path(TargetType.KEY);
    body.remove(TargetType.KEY);
    edits.put(
        new TargetEdits.TargetRequest(
            call.part(),
            TargetType.of(type.asText(TargetType.WEBHOOK.spelling()))
                .orElseThrow(
                    () -> Request.bad("A type is webhook, email, sns, pagerduty or alertmanager.")),
            body),
        call.author());
    return Answer.empty(204);
  }

  private static ObjectNode body(Request request) throws Refusal {
    try {
      if (STRICT.readTree(request.body(LARGEST_BODY)) instanceof ObjectNode body) {
        return body;
      }
      throw Request.bad("Expected a JSON object.");
    } catch (JsonProcessingException e) {
      // What the parser says may quote a secret.
      throw Request.bad("This is no JSON.");
    } catch (IOException e) {
      throw Request.bad("This cannot be read.");
    }
  }

  private Answer delete(Call call) throws Refusal, StoreException {
    edits.delete(call.part(), call.author());
    return Answer.empty(204);
  }

  private Answer test(Call call) throws Refusal, StoreException {
    edits.test(call.part());
    return Answer.empty(202);
  }
}
