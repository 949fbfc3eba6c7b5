package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.rest.Call;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code /api/v1/alert-targets}: who is told of events; never with a URL or a key in full. */
record TargetsPath(TargetEdits edits) implements Resource {
  private static final String PATH = "/api/v1/alert-targets";
  private static final String ONE = PATH + "/{name}";
  private static final int LARGEST_BODY = 16 << 10;
  private static final Set<String> KEYS =
      Set.of("url", "key", "style", "severity", "kinds", "hourly");

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(PATH, Permission.CHANGE_CONFIGURATION, call -> list())
            .saying("Lists who is told of events"),
        new Operation("PUT", ONE, Permission.CHANGE_CONFIGURATION, LARGEST_BODY, this::put)
            .saying("Makes or changes a target; a URL or key that is left out stays"),
        new Operation("DELETE", ONE, Permission.CHANGE_CONFIGURATION, 0, this::delete)
            .saying("Deletes a target"),
        new Operation("POST", ONE + "/test", Permission.CHANGE_CONFIGURATION, 0, this::test)
            .saying("Sends a target a test, whose result the list has then"));
  }

  private Answer list() throws Refusal, StoreException {
    ObjectNode body = Answer.JSON.createObjectNode();
    ArrayNode all = body.putArray("targets");
    Targets targets = edits.all();
    for (Target target : targets.all().values()) {
      ObjectNode one =
          all.addObject()
              .put("name", target.name())
              .put("url", target.shown())
              .put("signed", !target.key().isEmpty())
              .put("style", target.style().spelling())
              .put("severity", target.least().spelling())
              .put("hourly", target.hourly());
      target.kinds().stream().sorted().forEach(one.putArray("kinds")::add);
      Told told = targets.told(target.name());
      one.put("leftOut", told.leftOut());
      told.result()
          .ifPresent(
              result ->
                  one.putObject("last")
                      .put("at", result.at().toString())
                      .put("arrived", result.arrived())
                      .put("words", result.words()));
    }
    return Answer.json(200, body);
  }

  private Answer put(Call call) throws Refusal, StoreException {
    JsonNode body = body(call.request());
    List<String> kinds = new ArrayList<>();
    body.path("kinds").forEach(kind -> kinds.add(kind.asText()));
    edits.put(
        new TargetEdits.Wish(
            call.part(),
            body.path("url").asText(""),
            body.path("key").asText(""),
            body.path("style").asText("json"),
            body.path("severity").asText("warning"),
            String.join(",", kinds),
            body.path("hourly").asText("20")),
        call.author());
    return Answer.empty(204);
  }

  private static JsonNode body(Request request) throws Refusal {
    try {
      JsonNode body = Answer.JSON.readTree(request.body(LARGEST_BODY));
      if (body == null || !body.isObject()) {
        throw Request.bad("Expected a JSON object.");
      }
      for (String key : (Iterable<String>) body::fieldNames) {
        if (!KEYS.contains(key)) {
          throw Request.bad("A target has url, key, style, severity, kinds and hourly.");
        }
      }
      return body;
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
