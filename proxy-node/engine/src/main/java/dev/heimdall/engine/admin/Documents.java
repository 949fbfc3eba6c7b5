package dev.heimdall.engine.admin;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.heimdall.engine.feed.Known;
import dev.heimdall.engine.feed.Push;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Topology documents, as the HTTP door shows them and answers those who push them. */
final class Documents {
  private Documents() {}

  static HttpReply shown(NodeView node) {
    List<Map<String, Object>> documents = new ArrayList<>();
    for (Known known : node.topology()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("came", known.at().toString());
      entry.put("by", known.by().name().toLowerCase(Locale.ROOT));
      entry.put(
          "document", new RawValue(new String(known.document().json(), StandardCharsets.UTF_8)));
      documents.add(entry);
    }
    return HttpReply.json(200, Map.of("documents", documents));
  }

  static HttpReply answered(Push.Outcome outcome) {
    return switch (outcome.kind()) {
      case TAKEN -> HttpReply.json(200, Map.of("taken", true, "message", outcome.message()));
      case KNOWN -> HttpReply.json(200, Map.of("taken", false, "message", outcome.message()));
      case MALFORMED -> HttpReply.error(400, outcome.message());
      case NOT_SIGNED, OUT_OF_TIME -> HttpReply.error(401, outcome.message());
      case OFF -> HttpReply.error(403, outcome.message());
      case REPLAYED -> HttpReply.error(409, outcome.message());
      case TOO_MANY -> HttpReply.error(429, outcome.message());
    };
  }
}
