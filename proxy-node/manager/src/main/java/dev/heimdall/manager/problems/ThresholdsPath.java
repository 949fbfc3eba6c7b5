package dev.heimdall.manager.problems;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.rest.Call;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.OperationText;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.rest.Shape;
import dev.heimdall.manager.rest.StrictBody;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.StoreException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code /api/v1/alert-thresholds}: from which figures on something is wrong. */
record ThresholdsPath(ThresholdSettings settings) implements Resource {
  private static final String PATH = "/api/v1/alert-thresholds";
  private static final String SCHEMA = "alert-thresholds";
  private static final int LARGEST_BODY = 16 << 10;

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(
                PATH, Permission.READ_CONFIGURATION, call -> Answer.json(200, settings.shown()))
            .saying(
                OperationText.of("From which figures on something is wrong, defaults included")
                    .answers(Shape.named(SCHEMA))),
        new Operation("PUT", PATH, Permission.CHANGE_CONFIGURATION, LARGEST_BODY, this::put)
            .saying(
                OperationText.of(
                        "Changes the thresholds; those that are left out have their defaults")
                    .takes(Shape.named(SCHEMA))
                    .answers(Shape.named(SCHEMA))));
  }

  @Override
  public Map<String, ObjectNode> schemas() {
    return Map.of(SCHEMA, ThresholdSettings.schema());
  }

  private Answer put(Call call) throws Refusal, StoreException {
    Set<String> keys = new HashSet<>();
    ThresholdSettings.schema().path("properties").fieldNames().forEachRemaining(keys::add);
    JsonNode body = StrictBody.of(call.request(), LARGEST_BODY, keys);
    settings.put((ObjectNode) body, call.author());
    return Answer.json(200, settings.shown());
  }
}
